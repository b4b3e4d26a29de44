"""The merge of dlt, at its fastest (arrow, csv loader), for comparison: a process of its own.

    python bench/sync_dlt.py postgresql://… before.tsv rows.tsv

Loads the rows of the night before into a table of its own, then merges those of this night, and
prints the seconds which that took, as JSON: by each strategy, into the table as dlt makes it, and
with the indexes that clients have. It keeps no history, opens no rows, and marks no client as
missing.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"

import dlt
import psycopg
import pyarrow as pa
from pyarrow import csv

if TYPE_CHECKING:
    from collections.abc import Sequence

TEXTS = (
    "code",
    "company",
    "full_name",
    "birth_date",
    "address",
    "contact_number",
    "contact_number_alt",
    "pension_type",
    "pensioner_type",
    "product",
    "branch",
    "par_status",
    "account_type",
)
COLUMNS = {
    "row_number": pa.int64(),
    **dict.fromkeys(TEXTS, pa.string()),
    "birth_date": pa.date32(),
    "past_due_amount": pa.decimal128(15, 2),
    "loan_status": pa.string(),
    "said_at": pa.timestamp("us", tz="UTC"),
    "said_number": pa.int64(),
    "is_deleted": pa.string(),
    "pension_last4": pa.string(),
    "pension_index": pa.string(),
}
INDEXES = (
    "(code)",
    "(branch, full_name, code) include (company)",
    "(full_name, code) include (branch, company)",
    "(company, full_name, code)",
    "(pension_index)",
    "(branch, code)",
    "(branch, past_due_amount, code)",
    "(branch, par_status, full_name, code)",
    "(branch, said_at, code)",
    "(contact_number)",
    "(contact_number_alt)",
    "(loan_status)",
    "(branch, loan_status)",
    "(past_due_amount, code)",
    "(par_status, full_name, code)",
    "(said_at, code)",
    "(product, company)",
    "(pension_type)",
    "(pensioner_type)",
    "(account_type)",
)
"""As many as clients have, over the same columns."""


def rows(path: str) -> pa.Table:
    """Read mapped rows."""
    return csv.read_csv(
        path,
        read_options=csv.ReadOptions(column_names=list(COLUMNS)),
        parse_options=csv.ParseOptions(delimiter="\t", quote_char=False),
        convert_options=csv.ConvertOptions(column_types=COLUMNS, strings_can_be_null=True),
    )


def merged(url: str, files: Sequence[str], strategy: str, *, indexed: bool) -> float:
    """Load one night, then merge the other; give how long that took."""
    name = f"by_dlt_{strategy.replace('-', '_')}_{'indexed' if indexed else 'plain'}"
    how: Any = {"disposition": "merge", "strategy": strategy}
    with TemporaryDirectory() as folder:
        line = dlt.pipeline(
            name,
            destination=dlt.destinations.postgres(url),
            dataset_name=name,
            pipelines_dir=folder,
        )
        before, now = files
        value: Any = {"table_name": "clients", "primary_key": "code", "loader_file_format": "csv"}
        line.run(rows(before), write_disposition=how, **value)
        with psycopg.connect(url, autocommit=True) as connection:
            for each in INDEXES if indexed else ():
                connection.execute(f"create index on {name}.clients {each}".encode())
            connection.execute(f"vacuum analyze {name}.clients".encode())
            connection.execute("checkpoint")
        began = time.perf_counter()
        line.run(rows(now), write_disposition=how, **value)
        return time.perf_counter() - began


def main() -> None:
    """Measure."""
    url, *files = sys.argv[1:]
    values = {
        f"{strategy}, {'with indexes' if indexed else 'plain'}": merged(
            url, files, strategy, indexed=indexed
        )
        for indexed in (False, True)
        for strategy in ("upsert", "delete-insert")
    }
    Path("/dev/stdout").write_text(json.dumps(values) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
