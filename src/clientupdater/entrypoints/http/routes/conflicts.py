"""Show what a caller has to look at again after a version conflict."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from clientupdater.domain.errors import NotFound, Refused, VersionConflict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def conflicts_shown(show: Callable[[], object]) -> Iterator[None]:
    """Add the thing as it is now to a conflict, if the caller may see it."""
    try:
        yield
    except VersionConflict as error:
        try:
            error.snapshot = show()
        except (NotFound, Refused):
            error.snapshot = None
        raise
