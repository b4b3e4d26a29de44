"""SQL kept as SQL: files of named blocks, read once, beside the module that runs them.

``{name}`` in a block is a hole. The block of that name fills it, or a value given to `render`; a
hole that neither fills raises UnfilledHoleError. Only SQL fills holes: data goes as parameters.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, LiteralString

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)
_PARAMETER = re.compile(r"%\((\w+)\)s")
_HOLE = re.compile(r"\{(\w+)\}")


@frozen
class Statement:
    """A statement for a raw cursor, which finds its parameters by number and parses nothing."""

    text: bytes
    names: tuple[str, ...]

    @classmethod
    @lru_cache(maxsize=512)
    def of(cls, sql: str) -> Statement:
        """Number the named parameters; each text is parsed once."""
        names = tuple(dict.fromkeys(_PARAMETER.findall(sql)))
        number = {name: f"${n}" for n, name in enumerate(names, 1)}
        text = _PARAMETER.sub(lambda each: number[each[1]], sql).replace("%%", "%")
        return cls(text.encode(), names)


class UnfilledHoleError(LookupError):
    """A block has a hole that no block and no value fills."""


def named_queries(
    file: str, pieces: Mapping[str, LiteralString] | None = None
) -> Mapping[str, LiteralString]:
    """Read a file and fill its holes with blocks of the file, or with `pieces`."""
    blocks = read_blocks(file)
    known = {**(pieces or {}), **blocks}
    return {name: render(known, name) for name in blocks}


def read_blocks(file: str) -> dict[str, LiteralString]:
    """Read a file's blocks with their holes, for `render` to fill."""
    text = files("clientupdater.adapters.postgres").joinpath(file).read_text(encoding="utf-8")
    _, *parts = _NAME.split(text)
    return {name: _bare(sql) for name, sql in zip(parts[::2], parts[1::2], strict=True)}


def render(blocks: Mapping[str, str], name: str, /, **values: object) -> str:
    """Fill a block's holes with `values`, else with the blocks of those names."""

    def fill(hole: re.Match[str]) -> str:
        if hole[1] in values:
            return str(values[hole[1]])
        if hole[1] not in blocks:
            message = f"nothing fills the hole {hole[0]} of the block {name}"
            raise UnfilledHoleError(message)
        return render(blocks, hole[1], **values)

    return _HOLE.sub(fill, blocks[name])


def _bare(sql: str) -> str:
    """Drop comments and blank lines: the server needs neither."""
    lines = (line for line in sql.splitlines() if line.strip())
    return "\n".join(line for line in lines if not line.lstrip().startswith("--"))
