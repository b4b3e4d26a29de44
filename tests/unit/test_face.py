"""What the package offers to those who import it."""

from __future__ import annotations

import subprocess
import sys

import pytest

import clientupdater


@pytest.mark.parametrize("name", clientupdater.__all__)
def test_everything_that_is_offered_is_there(name: str) -> None:
    assert getattr(clientupdater, name) is not None


def test_what_is_not_offered_is_told_as_python_tells_it() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = clientupdater.nothing


@pytest.mark.parametrize("module", ["clientupdater", "clientupdater.testing.app"])
def test_importing_it_imports_no_driver(module: str) -> None:
    script = f"import {module}, sys; print({{'psycopg', 'redis'}} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    assert done.stdout.strip() == b"set()"


def test_a_deprecated_name_works_and_says_what_to_use_instead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(clientupdater._DEPRECATED, "open_app", "open_command_app")  # noqa: SLF001
    with pytest.warns(DeprecationWarning, match=r"open_app is deprecated; use open_command_app"):
        assert callable(clientupdater.__getattr__("open_app"))
