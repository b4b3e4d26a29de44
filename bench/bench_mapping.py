"""Measure mapping and checking in rows a second: `name, ours, reference, ratio, target, holds`.

    .venv/bin/python bench/bench_mapping.py --rows 500000

The rows are made up and seeded; one core. The reference does to each cell the least that could be
done to it (take the white space off both ends), so the ratio shows what checking costs.
"""

from __future__ import annotations

import random
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.lines import Line, facts, report

from clientupdater.domain.sync.fields import Entry
from clientupdater.domain.sync.mapping import Mapped, Record, check_mapping, map_records
from clientupdater.domain.sync.transforms import Lookups

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.domain.sync.fields import Raw

TARGET = 60_000
PAGE = 5_000
MAPPING = check_mapping(
    Entry(name, column, tuple(transforms.split()))
    for name, column, transforms in (
        ("client_code", "CLIENT_CODE", "trim upper"),
        ("full_name", "FULL_NAME", "trim squeeze_spaces"),
        ("company", "COMPANY_CODE", "trim upper lookup:companies"),
        ("pension_number", "PENSION_NUMBER", "strip_spaces_and_dashes"),
        ("birth_date", "BIRTH_DATE", "date"),
        ("contact_number", "CONTACT_NUMBER", "ph_number"),
        ("contact_number_alt", "CONTACT_NUMBER_ALT", "ph_number"),
        ("pension_type", "PENSION_TYPE", "lookup:pension_types"),
        ("pensioner_type", "PENSIONER_TYPE", "lookup:pensioner_types"),
        ("product", "PRODUCT_CODE", "lookup:products"),
        ("branch", "BRANCH_CODE", "lookup:branches"),
        ("par_status", "PAR_STATUS", "days_past_due lookup:par_statuses"),
        ("account_type", "ACCOUNT_TYPE", "lookup:account_types"),
        ("past_due_amount", "PAST_DUE_AMOUNT", "decimal"),
        ("loan_status", "LOAN_STATUS", "trim upper"),
        ("source_updated_at", "UPDATED_AT", "moment"),
    )
)
PENSIONS = ("SSS", "GSIS", "PVAO")
LOOKUPS = Lookups.of(
    {
        "companies": {"FCASH": [], "PCNI": []},
        "branches": {f"B{n:03d}": [f"Branch {n}"] for n in range(200)},
        "products": {f"FCASH_{each}": [f"FCASH {each}"] for each in PENSIONS},
        "pension_types": {each: [] for each in PENSIONS},
        "pensioner_types": {"RETIREE": ["Retired"], "DEPENDENT": [], "DISABILITY": []},
        "par_statuses": {each: [] for each in ("do_not_show", "tele_130", "tele_hardcore")},
        "account_types": {each: [] for each in ("ATM", "PASSBOOK", "BOTH", "NONE")},
    },
    {f"FCASH_{each}": "FCASH" for each in PENSIONS},
)


def record(n: int, chance: random.Random) -> Record:
    """Make one up, as untidy as sources are; one in two hundred cannot be taken."""
    pension = chance.choice(PENSIONS)
    bad = chance.random() < 1 / 200
    changed = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(25_000_000))
    cells: dict[str, Raw] = {
        "CLIENT_CODE": f"fc-{n:06d}",
        "FULL_NAME": f"Santos,  Maria {chance.randrange(10**6)} ",
        "COMPANY_CODE": "FCASH",
        "PENSION_NUMBER": f"{chance.randrange(100):02d}-{n:07d}-{n % 10}",
        "BIRTH_DATE": "31/02/2026" if bad else _born(chance).isoformat(),
        "CONTACT_NUMBER": f"09{chance.randrange(10**8, 10**9)}",
        "CONTACT_NUMBER_ALT": f"(02) 8{chance.randrange(10**6, 10**7)}" if n % 3 == 0 else None,
        "PENSION_TYPE": pension,
        "PENSIONER_TYPE": chance.choice(("Retired", "RETIREE", "DEPENDENT")),
        "PRODUCT_CODE": f"FCASH_{pension}",
        "BRANCH_CODE": f"B{chance.randrange(200):03d}",
        "PAR_STATUS": str(chance.randrange(90)),
        "ACCOUNT_TYPE": chance.choice(("ATM", "PASSBOOK")),
        "PAST_DUE_AMOUNT": f"{chance.randrange(10**7) / 100:.2f}",
        "LOAN_STATUS": "active",
        "UPDATED_AT": changed,
    }
    return Record(n, cells)


def _born(chance: random.Random) -> date:
    return date(1930, 1, 1) + timedelta(days=chance.randrange(12_000))


def pages(rows: int) -> Iterator[list[Record]]:
    """Make pages of them, one after the other: a source is never in memory as a whole."""
    chance = random.Random(11)  # noqa: S311 - made-up people, not secrets
    for begun in range(0, rows, PAGE):
        yield [record(n, chance) for n in range(begun, min(begun + PAGE, rows))]


def tidied(page: list[Record]) -> list[list[Raw]]:
    """Do the least that can be done to each cell."""
    return [
        [value.strip() if isinstance(value, str) else value for value in each.cells.values()]
        for each in page
    ]


def measured(rows: int) -> tuple[float, float, int]:
    """Map every page, and do the least to it, in turn; in rows a second, and rejects."""
    ours = reference = 0.0
    rejected = 0
    for page in pages(rows):
        begun = time.process_time()
        tidied(page)
        between = time.process_time()
        mapped: Mapped = map_records(MAPPING, LOOKUPS, page)
        ours += time.process_time() - between
        reference += between - begun
        rejected += len(mapped.rejects)
    return rows / ours, rows / reference, rejected


@click.command()
@click.option("--rows", default=500_000)
@click.option("--json", "path", type=click.Path(path_type=Path), default="bench/mapping.json")
def main(rows: int, path: Path) -> None:
    """Measure the rows of one run."""
    ours, reference, rejected = measured(rows)
    lines = [
        Line(f"map and check, {rejected} rejected, rows/s", ours, None, TARGET),
        Line("map and check, rows/s beside stripping the cells", ours, reference),
    ]
    report(lines, path, **facts(rows=rows))


if __name__ == "__main__":
    main()
