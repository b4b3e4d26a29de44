"""What operators do: migrations, backups, and finding out what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.adapters.postgres.admin.backups import PostgresBackups
from clientupdater.adapters.postgres.admin.health import PostgresHealth
from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.adapters.redis.connect import redis_health
from clientupdater.composition.application import open_app
from clientupdater.composition.diagnosis import diagnosed
from clientupdater.composition.health import open_circuits, pooler_checks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.ports.health import Health
    from clientupdater.ports.maintenance import DatabaseBackups, DatabaseMaintenance
    from clientupdater.settings import Settings


def maintenance_of(settings: Settings) -> DatabaseMaintenance:
    """Give what operations do to the database, as its owner; serving needs none of it."""
    return PostgresMaintenance(settings.migration_url)


def backups_of(settings: Settings) -> DatabaseBackups:
    """Give what copies the whole database into a file and back, as its owner."""
    return PostgresBackups(settings.migration_url)


def diagnose(settings: Settings) -> Sequence[Health]:
    """Look at everything that has to be well, whether or not the App could be opened."""
    postgres = PostgresHealth(settings.serving_url)
    patience = settings.health_check_timeout_ms / 1000
    checks = [postgres.database()]
    if checks[0].ok:
        checks += [postgres.role(), *pooler_checks(settings), postgres.schema()]
    if all(each.ok for each in checks):
        with open_app(settings) as app:
            checks += diagnosed(app)
    if settings.redis_url:
        redis = redis_health(settings.redis_url, patience=patience)
        checks += [redis, *(open_circuits(settings) if redis.ok else ())]
    return checks
