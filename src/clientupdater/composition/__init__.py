"""The one place that names concrete adapters.

The server, the worker, each command and any program that imports us open the same ``App`` here,
and close it in reverse order. Nothing is opened at import, and each name imports what it needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clientupdater.adapters.postgres.admin.backups import PostgresBackups
    from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
    from clientupdater.composition.any_store import build_app
    from clientupdater.composition.application import open_app, open_command_app, open_worker
    from clientupdater.composition.operations import (
        backups_of,
        diagnose,
        erasure_of,
        maintenance_of,
    )

__all__ = [
    "PostgresBackups",
    "PostgresMaintenance",
    "backups_of",
    "build_app",
    "diagnose",
    "erasure_of",
    "maintenance_of",
    "open_app",
    "open_command_app",
    "open_worker",
]

_POSTGRES = "clientupdater.adapters.postgres.admin"
_HOMES = {
    "PostgresBackups": f"{_POSTGRES}.backups",
    "PostgresMaintenance": f"{_POSTGRES}.maintenance",
    "build_app": f"{__name__}.any_store",
    **dict.fromkeys(("open_app", "open_command_app", "open_worker"), f"{__name__}.application"),
    **dict.fromkeys(
        ("backups_of", "diagnose", "erasure_of", "maintenance_of"), f"{__name__}.operations"
    ),
}


def __getattr__(name: str) -> Any:
    """Import a thing from where it lives when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
