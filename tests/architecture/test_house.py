"""The house stands as it was drawn: what lives where, and what may not be in it."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOUSE = ROOT / "src" / "clientupdater"


def modules(room: str) -> list[Path]:
    """List the modules of a room."""
    return sorted((HOUSE / room).rglob("*.py"))


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
    tree = ast.parse(module.read_text(encoding="utf-8"))
    for name in names_imported(tree):
        package = name.partition(".")[0]
        allowed = package in {"attrs", "clientupdater"} or package in sys.stdlib_module_names
        assert allowed, f"{named(module)} imports {name}"
        assert package not in impure, f"{named(module)} imports {name}: the domain does no I/O"
        if package == "clientupdater":
            assert name.startswith("clientupdater.domain"), f"{named(module)} imports {name}"


@pytest.mark.parametrize("module", modules("domain") + modules("usecases"), ids=named)
def test_nothing_in_the_core_asks_the_machine_for_the_time(module: Path) -> None:
    asked = {"now", "today", "utcnow", "time"}
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr in asked:
            owner = ast.unparse(node.value)
            assert owner not in {"datetime", "date", "time"}, f"{named(module)}:{node.lineno}"


@pytest.mark.parametrize("module", modules("ports"), ids=named)
def test_a_port_has_five_methods_or_fewer_and_each_says_what_it_promises(module: Path) -> None:
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.ClassDef) or not any(
            ast.unparse(base) == "Protocol" for base in node.bases
        ):
            continue
        promises = [each for each in node.body if isinstance(each, ast.FunctionDef)]
        # What a unit of work can reach is listed by properties: each of them is a port by itself.
        methods = [each for each in promises if not each.decorator_list]
        assert promises, f"{node.name} promises nothing"
        assert len(methods) <= 5, f"{node.name} has {len(methods)} methods"
        for method in promises:
            assert ast.get_docstring(method), f"{node.name}.{method.name} promises nothing"


@pytest.mark.parametrize("module", modules(""), ids=named)
def test_every_module_and_every_public_thing_says_what_it_is_for(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), f"{named(module)} has no docstring"
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{named(module)}:{node.lineno} {node.name}"


def test_the_environment_is_read_where_the_command_begins_and_nowhere_else() -> None:
    readers = [
        named(module)
        for module in modules("")
        if re.search(r"os\.(environ|getenv)", module.read_text(encoding="utf-8"))
    ]
    assert readers == ["entrypoints/cli/command.py"]


def test_a_use_case_is_one_verb_in_one_file() -> None:
    for module in modules("usecases"):
        if module.name.startswith("_"):
            continue  # what several of them share is no verb
        tree = ast.parse(module.read_text(encoding="utf-8"))
        verbs = [
            node.name
            for node in tree.body
            if isinstance(node, ast.ClassDef)
            and any(
                isinstance(each, ast.FunctionDef) and each.name == "__call__" for each in node.body
            )
        ]
        assert verbs == ["".join(word.title() for word in module.stem.split("_"))]


def _acts(node: ast.ClassDef) -> bool:
    methods = [each.name for each in node.body if isinstance(each, ast.FunctionDef)]
    return "__call__" in methods
