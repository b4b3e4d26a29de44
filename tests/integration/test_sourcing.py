"""Which sources there are, by what is set, and what each of them needs to be installed."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from clientupdater.adapters.nextbank.dialect import Dialect
from clientupdater.adapters.nextbank.simulator import API_KEY, Bank, Mishap, Planned, running
from clientupdater.adapters.resilience.circuits import Circuit, Threshold
from clientupdater.composition.sources import open_sources
from clientupdater.domain.errors import CircuitOpen, Misconfigured, Unavailable
from clientupdater.domain.sync.fields import BUILT_IN_SOURCES, Source
from clientupdater.ports.circuits import CircuitState
from clientupdater.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

NEXTBANK = {"NEXTBANK_BASE_URL": "https://bank.example.com", "NEXTBANK_API_KEY": API_KEY}
SNOWFLAKE = {
    "SNOWFLAKE_ACCOUNT": "org-bank",
    "SNOWFLAKE_USER": "UPDATER",
    "SNOWFLAKE_CLIENT_VIEW": "CLIENT_VIEW",
    "SNOWFLAKE_PRIVATE_KEY_FILE": "/nowhere/key.pem",
}


def circuits(failures: int = 3) -> list[Circuit]:
    threshold = Threshold(failures, timedelta(minutes=1), 2)
    return [Circuit(name, threshold) for name in ("snowflake", "nextbank")]


def test_a_source_that_is_not_set_up_is_not_there(tmp_path: Path) -> None:
    with open_sources(Settings(), circuits()) as sources:
        assert sources == {}
    values = {"CSV_DROP_DIR": str(tmp_path), **NEXTBANK, **SNOWFLAKE}
    with open_sources(Settings.from_mapping(values), circuits()) as sources:
        assert set(sources) == set(BUILT_IN_SOURCES)
        assert not sources[Source.CSV].abilities().incremental
        assert sources[Source.NEXTBANK].abilities().incremental


def test_snowflake_is_reached_as_the_settings_say() -> None:
    settings = Settings.from_mapping(SNOWFLAKE)
    with (
        open_sources(settings, circuits()) as sources,
        pytest.raises(Misconfigured, match=r"there is no file /nowhere/key\.pem"),
    ):
        sources[Source.SNOWFLAKE].begin()


@pytest.mark.rule("Y12")
def test_Y12_a_page_that_broke_is_asked_for_again_and_a_bank_that_never_answers_is_left_alone() -> (
    None
):
    item = {"code": "C-1", "name": "Ana", "version": 1}
    with running(Bank([item], (Planned(Mishap.CUT), Planned(Mishap.BROKEN, 3, 999)))) as bank:
        settings = Settings.from_mapping({**NEXTBANK, "NEXTBANK_BASE_URL": bank.url})
        ours = circuits(failures=2)
        with open_sources(settings, ours) as sources:
            source = sources[Source.NEXTBANK]
            assert source.begin().stated_count == 1
            for _ in range(2):
                with pytest.raises(Unavailable):
                    source.begin()
            with pytest.raises(CircuitOpen):
                source.begin()
        assert bank.pages_asked == 4
        assert ours[1].read().state is CircuitState.OPEN


@pytest.mark.rule("Y12")
def test_Y12_a_bank_that_asks_for_a_rest_has_not_failed_so_often_as_we_could_ask() -> None:
    with running(Bank([], (Planned(Mishap.TOO_MANY, retry_after="600"),))) as bank:
        settings = Settings.from_mapping({**NEXTBANK, "NEXTBANK_BASE_URL": bank.url})
        ours = circuits(failures=2)
        with (
            open_sources(settings, ours) as sources,
            pytest.raises(Unavailable, match="left alone for 600 s"),
        ):
            sources[Source.NEXTBANK].begin()
        assert ours[1].read().state is CircuitState.CLOSED


def test_nextbank_is_spoken_to_as_the_settings_say() -> None:
    item = {"no": "C-1", "erased": True, "deleted": "no"}
    words = Dialect(
        "core/all",
        "core/{code}/card",
        {"deleted": "erased", "items": "data.rows"},
        {"limit": "size"},
    )
    theirs = Bank([item], dialect=words, api_key_header="Bank-Key", code="no")
    with running(theirs) as bank:
        values = {
            **NEXTBANK,
            "NEXTBANK_BASE_URL": bank.url,
            "NEXTBANK_CLIENTS_PATH": "core/all",
            "NEXTBANK_CLIENT_PATH": "core/{code}/card",
            "NEXTBANK_MEMBERS": "items=data.rows,deleted=erased",
            "NEXTBANK_PARAMETERS": "limit=size",
            "NEXTBANK_API_KEY_HEADER": "Bank-Key",
        }
        with open_sources(Settings.from_mapping(values), circuits()) as sources:
            source = sources[Source.NEXTBANK]
            assert source.page(source.begin()).records == ({"no": "C-1", "deleted": True},)
            assert source.one("C-1") == {"no": "C-1", "deleted": True}
        assert bank.requests[1:] == ["size=1000", "/core/C-1/card"]


def test_without_the_extra_nextbank_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "clientupdater.adapters.nextbank.connecting")
    monkeypatch.setitem(sys.modules, "httpx", None)
    with (
        pytest.raises(Misconfigured, match=r"pip install 'clientupdater\[nextbank\]'"),
        open_sources(Settings.from_mapping(NEXTBANK), circuits()),
    ):
        pass


def test_a_command_that_asks_no_source_imports_nothing_that_speaks_to_one() -> None:
    message = (
        "import sys, clientupdater.composition.sources;"
        "print(sorted({'httpx', 'snowflake', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", message], check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
