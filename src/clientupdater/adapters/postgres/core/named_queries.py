"""SQL kept as SQL: files of named blocks, read once, beside the module that runs them."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING, LiteralString

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)
_PIECE = re.compile(r"\{(\w+)\}")


def named_queries(
    file: str, pieces: Mapping[str, LiteralString] | None = None
) -> Mapping[str, LiteralString]:
    """Read a file's blocks; ``{name}`` within one stands for another block of the file.

    `pieces` are blocks of another file that this one shares.
    """
    text = files("clientupdater.adapters.postgres").joinpath(file).read_text(encoding="utf-8")
    _, *parts = _NAME.split(text)
    blocks = {name: _bare(sql) for name, sql in zip(parts[::2], parts[1::2], strict=True)}
    known = {**(pieces or {}), **blocks}
    return {name: _filled(sql, known) for name, sql in blocks.items()}


def _bare(sql: str) -> str:
    """Drop comments and blank lines: the server needs neither."""
    lines = (line for line in sql.splitlines() if line.strip())
    return "\n".join(line for line in lines if not line.lstrip().startswith("--"))


def _filled(sql: str, blocks: Mapping[str, str]) -> str:
    while _PIECE.search(sql):
        sql = _PIECE.sub(lambda piece: blocks[piece[1]], sql)
    return sql
