"""Operators' work: migrations, backups, and the checks of `doctor`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from clientupdater.adapters.files.local import folder_health
from clientupdater.adapters.postgres.admin.backups import PostgresBackups
from clientupdater.adapters.postgres.admin.erasure import PostgresErasure
from clientupdater.adapters.postgres.admin.health import PostgresHealth
from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.adapters.redis.connect import redis_health
from clientupdater.composition.application import open_command_app
from clientupdater.composition.diagnosis import diagnosed
from clientupdater.composition.health import open_circuits, pooler_checks
from clientupdater.composition.keys import scope_signer
from clientupdater.composition.sources import configured_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.composition.parts import Parts
    from clientupdater.ports.health import Health
    from clientupdater.settings import Settings


def maintenance_of(settings: Settings) -> PostgresMaintenance:
    """Open maintenance of the database, with its owner's login."""
    return PostgresMaintenance(
        settings.migration_url,
        sources=configured_names(settings),
        signer=scope_signer(settings),
    )


def backups_of(settings: Settings) -> PostgresBackups:
    """Open backups of the database, with its owner's login."""
    return PostgresBackups(settings.migration_url)


def erasure_of(settings: Settings) -> PostgresErasure:
    """Open the erasure of remarks, with the owner's login."""
    return PostgresErasure(settings.migration_url)


def diagnose(settings: Settings, **parts: Unpack[Parts]) -> Sequence[Health]:
    """Run every check; those that need an App run only if the database is usable."""
    postgres = PostgresHealth(settings.serving_url)
    patience = settings.health_check_timeout_ms / 1000
    checks = [postgres.database()]
    if checks[0].ok:
        checks += [postgres.role(), PostgresHealth(settings.worker_url).worker_role()]
        checks += [*pooler_checks(settings), postgres.schema()]
    # What follows is found wrong without keeping the rest from being checked.
    is_usable = all(each.ok for each in checks)
    if settings.blind_index_key and is_usable:
        scopes, is_usable = postgres.scopes(scope_signer(settings))
        checks.append(scopes)
    if checks[0].ok:
        checks += [postgres.serving_role(), postgres.clock(datetime.now(UTC))]
        checks += [PostgresHealth(settings.worker_url).users()] if is_usable else []
        checks += [backups_of(settings).check()] if settings.database_migration_url else []
    if settings.database_replica_url:
        checks.append(PostgresHealth(settings.database_replica_url).replica())
    if settings.export_s3_bucket is None:
        checks.append(folder_health(Path(settings.export_dir)))
    if is_usable:
        with open_command_app(settings, **parts) as app:
            checks += diagnosed(app)
    if settings.redis_url:
        redis = redis_health(settings.redis_url, patience=patience)
        checks += [redis, *(open_circuits(settings) if redis.ok else ())]
    return checks
