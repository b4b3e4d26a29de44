"""What people may do, where, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from clientupdater.usecases.access.explanations import AccessExplanations
    from clientupdater.usecases.access.giving_roles import GivingRoles
    from clientupdater.usecases.access.grants import Grants
    from clientupdater.usecases.access.roles import Roles
    from clientupdater.usecases.access.territories import Territories


@frozen(kw_only=True)
class Access:
    """What people may do, where, and why."""

    grants: Grants
    roles: Roles
    giving_roles: GivingRoles
    territories: Territories
    explanations: AccessExplanations
