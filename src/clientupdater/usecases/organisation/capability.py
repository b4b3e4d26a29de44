"""Areas and branches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from clientupdater.usecases.organisation.areas import Areas
    from clientupdater.usecases.organisation.branch_import import BranchImport
    from clientupdater.usecases.organisation.branches import Branches
    from clientupdater.usecases.organisation.closing import BranchClosing
    from clientupdater.usecases.organisation.contacts import BranchContacts


@frozen(kw_only=True)
class Organisation:
    """Areas and branches."""

    areas: Areas
    branches: Branches
    contacts: BranchContacts
    closing: BranchClosing
    branch_import: BranchImport
