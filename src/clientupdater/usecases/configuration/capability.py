"""What people change while the software runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from clientupdater.usecases.configuration.lookup_admin import LookupAdministration
    from clientupdater.usecases.configuration.lookups import ReadLookups
    from clientupdater.usecases.configuration.names import LookUpNames
    from clientupdater.usecases.configuration.options import (
        CategoryAdministration,
        OptionAdministration,
    )
    from clientupdater.usecases.configuration.par_statuses import ParStatusTracking
    from clientupdater.usecases.configuration.settings import SettingAdministration
    from clientupdater.usecases.configuration.undo import ConfigurationUndo


@frozen(kw_only=True)
class Configuration:
    """What people change while the software runs."""

    settings: SettingAdministration
    categories: CategoryAdministration
    options: OptionAdministration
    lookups: ReadLookups
    lookup_admin: LookupAdministration
    par_statuses: ParStatusTracking
    names: LookUpNames
    undo: ConfigurationUndo
