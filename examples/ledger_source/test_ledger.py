"""The team's own tests of its source: no server, in milliseconds."""

import json
from pathlib import Path

import pytest
from ledger import MAPPING, PAGE, Ledger

from clientupdater.domain.errors import Misconfigured, SourceMalformed
from clientupdater.domain.sync.mapping import check_mapping


def ledger_of(folder: Path, clients: int) -> Ledger:
    file = folder / "ledger.json"
    rows = [{"no": f"L-{number}", "name": "Juana Reyes"} for number in range(clients)]
    file.write_text(json.dumps(rows), "utf-8")
    return Ledger(file)


def test_every_client_is_read_once_page_by_page(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, 2 * PAGE + 1)
    fetch, position, codes = ledger.begin(), None, []
    while True:
        page = ledger.page(fetch, position)
        codes += [record["no"] for record in page.records]
        position = page.position
        if position is None:
            break
    assert len(set(codes)) == len(codes) == fetch.stated_count


def test_a_column_that_the_ledger_lacks_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="phone"):
        ledger_of(tmp_path, 1).begin(columns=("no", "phone"))


def test_a_file_that_is_no_json_is_refused(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, 0)
    ledger.file.write_text("[", "utf-8")
    with pytest.raises(SourceMalformed, match="is not JSON"):
        ledger.begin()


def test_the_mapping_can_be_used() -> None:
    check_mapping(MAPPING, ())
