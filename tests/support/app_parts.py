"""An App with some of its use cases exchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.app import App


def with_parts(app: App, **parts: Mapping[str, Any]) -> App:
    """Exchange use cases by capability and name, as in ``requests={"admit": admit}``."""
    changed = {name: attrs.evolve(getattr(app, name), **new) for name, new in parts.items()}
    return attrs.evolve(app, **changed)
