"""Client Updater: who was reached, in which period, and what came of it.

    from clientupdater import Settings, open_command_app

    with open_command_app(Settings.from_mapping({"DATABASE_WORKER_URL": "postgresql://…"})) as app:
        app.periods.open_due()

The rules need no database: they are in ``clientupdater.domain``, and what can go wrong in
``clientupdater.domain.errors``. What is named here is imported when it is first used, so that
importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any
from warnings import warn

if TYPE_CHECKING:
    from clientupdater.app import App
    from clientupdater.composition import build_app, open_app, open_command_app
    from clientupdater.domain.errors import Error
    from clientupdater.settings import Settings

__version__ = "0.1.0"
__all__ = ["App", "Error", "Settings", "__version__", "build_app", "open_app", "open_command_app"]

_HOMES = {
    "App": "clientupdater.app",
    "Error": "clientupdater.domain.errors",
    "Settings": "clientupdater.settings",
    "build_app": "clientupdater.composition",
    "open_app": "clientupdater.composition",
    "open_command_app": "clientupdater.composition",
}


_DEPRECATED: dict[str, str] = {}
"""Names that are to go, and what to use in place of each (docs/library.md)."""


def __getattr__(name: str) -> Any:
    """Import a thing from where it lives when it is first asked for."""
    if name in _DEPRECATED:
        message = f"clientupdater.{name} is deprecated; use {_DEPRECATED[name]}"
        warn(message, DeprecationWarning, stacklevel=2)
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
