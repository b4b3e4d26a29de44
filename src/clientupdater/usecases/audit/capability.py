"""Who did what, and what is held about one client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from clientupdater.usecases.audit.audits import Audits
    from clientupdater.usecases.audit.dossiers import Dossiers


@frozen(kw_only=True)
class Audit:
    """Who did what, and what is held about one client."""

    logs: Audits
    dossiers: Dossiers
