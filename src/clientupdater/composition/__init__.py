"""The one place that names concrete adapters.

The server, the worker, each command and any program that imports us open the same ``App`` here,
and close it in reverse order. Nothing is opened at import.
"""

from clientupdater.adapters.postgres.admin.backups import PostgresBackups
from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.composition.application import (
    build_app,
    open_app,
    open_command_app,
    open_worker,
)
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
