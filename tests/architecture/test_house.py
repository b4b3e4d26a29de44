"""The house stands as it was drawn: what lives where, and what may not be in it."""

from __future__ import annotations

import ast
import graphlib
import re
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
HOUSE = ROOT / "src" / "clientupdater"


def modules(room: str) -> list[Path]:
    """List the modules of a room."""
    return sorted((HOUSE / room).rglob("*.py"))


@cache
def parsed(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


def names_imported(tree: ast.AST) -> set[str]:
    """Name the packages that a module imports from."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def named(path: Path) -> str:
    return str(path.relative_to(HOUSE))


@pytest.mark.parametrize("module", modules("domain"), ids=named)
def test_the_domain_needs_the_standard_library_and_attrs_alone(module: Path) -> None:
    impure = {"asyncio", "logging", "os", "pathlib", "random", "secrets", "socket", "subprocess"}
    impure |= {"io", "sqlite3", "tempfile", "threading", "time", "urllib", "uuid.uuid4"}
    for name in names_imported(parsed(module)):
        package = name.partition(".")[0]
        allowed = package in {"attrs", "clientupdater"} or package in sys.stdlib_module_names
        assert allowed, f"{named(module)} imports {name}"
        assert package not in impure, f"{named(module)} imports {name}: the domain does no I/O"
        if package == "clientupdater":
            assert name.startswith("clientupdater.domain"), f"{named(module)} imports {name}"


@pytest.mark.parametrize("module", modules("domain") + modules("usecases"), ids=named)
def test_nothing_in_the_core_asks_the_machine_for_the_time(module: Path) -> None:
    asked = {"now", "today", "utcnow", "time"}
    for node in ast.walk(parsed(module)):
        if isinstance(node, ast.Attribute) and node.attr in asked:
            owner = ast.unparse(node.value)
            assert owner not in {"datetime", "date", "time"}, f"{named(module)}:{node.lineno}"


def test_only_the_command_line_reads_the_environment() -> None:
    readers = [
        named(module)
        for module in modules("")
        if re.search(r"os\.(environ|getenv)", module.read_text(encoding="utf-8"))
    ]
    assert readers == ["entrypoints/cli/command.py"]


OF_FILES_AND_OPTIONS = ("entrypoints/cli/", "entrypoints/csv_lines", "adapters/postgres/admin/")
"""Their input is no JSON: they name lines of files, and options of commands."""


def test_a_value_that_does_not_fit_is_named_by_a_json_pointer() -> None:
    names = [
        f"{named(module)}:{line}: {pointer}"
        for module in modules("")
        if not named(module).startswith((*OF_FILES_AND_OPTIONS, "domain/imports"))
        for line, pointer in _pointers(module)
        if not re.match("(/|$)", pointer)
    ]
    assert not names


def _pointers(module: Path) -> Iterator[tuple[int, str]]:
    """Give what `InvalidInput.of` names, as far as it is written there."""
    for node in ast.walk(parsed(module)):
        match node:
            case ast.Call(ast.Attribute(ast.Name(error), "of"), [first, *_]) if re.match(
                "Invalid|Unknown", error
            ):
                start = first.values[0] if isinstance(first, ast.JoinedStr) else first
                if isinstance(start, ast.Constant):
                    yield node.lineno, str(start.value)


def test_nothing_is_loose_at_the_top_of_the_package() -> None:
    files = {path.name for path in HOUSE.iterdir() if path.is_file()}
    assert files == {"__init__.py", "app.py", "py.typed"}


def test_every_package_stands_in_an_import_contract() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    held = {name for each in contracts for name in (*each.get("source_modules", ()),)}
    parts = {path.stem for path in HOUSE.iterdir() if path.is_dir() or path.suffix == ".py"}
    parts -= {"__init__", "__pycache__"}
    assert {f"clientupdater.{part}" for part in parts} - {"clientupdater.py"} == held


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph: dict[str, set[str]] = {}
    dotted = {_dotted(path): path for path in modules("")}
    for name, path in dotted.items():
        graph[name] = set()
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    whole = f"{node.module}.{alias.name}"
                    graph[name].add(whole if whole in dotted else node.module)
        graph[name] = {each for each in graph[name] if each in dotted and each != name}
    tuple(graphlib.TopologicalSorter(graph).static_order())  # raises CycleError, and names them


def _dotted(path: Path) -> str:
    parts = path.relative_to(ROOT / "src").with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
