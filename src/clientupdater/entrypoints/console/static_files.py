"""The stylesheet and the script, at addresses that change with their content."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import field, frozen
from starlette.responses import Response

from clientupdater.entrypoints.console.views import CONSOLE
from clientupdater.entrypoints.http.replies import compressed, takes_gzip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

_FOLDER = Path(__file__).parent / "static"
_KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
ADDRESS = f"{CONSOLE}/static/{{file}}"


@frozen
class _File:
    kind: str
    body: bytes = field(repr=False)
    short: bytes = field(repr=False)
    """The same, compressed."""


def address_of(name: str) -> str:
    """Give the address of a file, such as `console.css`."""
    return ADDRESS.format(file=_names()[name])


async def static_file(request: Request) -> Response | None:
    """Answer with a file; its address never stands for another content."""
    file = _files().get(request.path_params["file"])
    if file is None:
        return None
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "Content-Type": file.kind,
        "Vary": "Accept-Encoding",
    }
    if takes_gzip(request):
        return Response(file.short, headers={**headers, "Content-Encoding": "gzip"})
    return Response(file.body, headers=headers)


@cache
def _names() -> Mapping[str, str]:
    """Name each file by a digest of its content."""
    return {path.name: _named(path) for path in _FOLDER.iterdir() if path.suffix in _KINDS}


def _named(path: Path) -> str:
    return f"{path.stem}.{sha256(path.read_bytes()).hexdigest()[:12]}{path.suffix}"


@cache
def _files() -> Mapping[str, _File]:
    return {named: _read(_FOLDER / name) for name, named in _names().items()}


def _read(path: Path) -> _File:
    body = path.read_bytes()
    return _File(_KINDS[path.suffix], body, compressed(body))
