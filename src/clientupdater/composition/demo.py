"""The demo's database: embedded, migrated, and filled with made-up people."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from clientupdater.adapters.local.clock import MachineClock
from clientupdater.adapters.postgres.admin.embedded import EmbeddedPostgres
from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.adapters.security.demo_keys import demo_keys
from clientupdater.composition.keys import scope_signer, vault
from clientupdater.demo_data import AccountsFile, MadeUpAccount, fill
from clientupdater.domain.errors import AlreadyExists

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from clientupdater.settings import Settings


DemoAccount: TypeAlias = MadeUpAccount
"""An account of the demo, with its password."""


@frozen
class DemoDatabase:
    """The demo's own PostgreSQL, migrated and seeded."""

    owner_url: str
    app_url: str
    worker_url: str
    is_running: Callable[[], bool]


@contextmanager
def open_demo_database(directory: Path, *, reset: bool = False) -> Iterator[DemoDatabase]:
    """Run it until the demo ends; its data is kept. Call this from the main thread."""
    server = EmbeddedPostgres(directory)
    server.start(fresh=reset)
    with ExitStack() as stack:
        stack.callback(server.stop)
        maintenance = PostgresMaintenance(server.owner_url)
        maintenance.migrate()
        maintenance.seed()
        yield DemoDatabase(server.owner_url, server.app_url, server.worker_url, server.is_running)


def demo_settings(database: DemoDatabase, folder: Path) -> Mapping[str, str]:
    """Make the settings that the demo decides itself; all of its data is in one folder."""
    return {
        "DATABASE_URL": database.app_url,
        "DATABASE_WORKER_URL": database.worker_url,
        "DATABASE_MIGRATION_URL": database.owner_url,
        "EXPORT_DIR": str(folder / "exports"),
        "CSV_DROP_DIR": str(folder / "drop"),
        "CONSOLE": "on",
        **demo_keys(folder / "keys.json"),
    }


def fill_demo(
    settings: Settings, database: DemoDatabase, folder: Path, *, clients: int
) -> Sequence[DemoAccount]:
    """Fill the demo's database at the first start; return the accounts to sign in with."""
    accounts = AccountsFile(folder / "accounts.json")
    PostgresMaintenance(database.owner_url, signer=scope_signer(settings)).seed()
    try:
        fill(
            settings.worker_url,
            clients=clients,
            now=MachineClock().now(),
            zone=settings.business_timezone,
            vault=vault(settings),
            before_commit=accounts.keep,
            drop_file=settings.csv_drop_dir and settings.csv_drop_dir / "clients.csv",
        )
    except AlreadyExists:
        return accounts.read()
    PostgresMaintenance(database.owner_url).analyze()
    return accounts.read()
