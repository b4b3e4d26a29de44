"""The console and the HTTP interface over a database of made-up clients, as the demo has them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from clientupdater.adapters.local.clock import MachineClock
from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.adapters.security.key_ring import KeyRing
from clientupdater.adapters.security.vault import Vault
from clientupdater.composition import open_app
from clientupdater.demo_data import fill
from clientupdater.entrypoints.http.application import build
from clientupdater.entrypoints.http.server_settings import ServerSettings
from clientupdater.settings import Settings
from tests.support import servers
from tests.support.http_server import served
from tests.support.staff_fixture import PLENTY

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from clientupdater.adapters.postgres.admin.cluster import Cluster
    from clientupdater.demo_data import MadeUpAccount

_KEY = b"k" * 32


@contextmanager
def demo_database(
    cluster: Cluster, name: str, clients: int
) -> Iterator[tuple[servers.Database, dict[str, MadeUpAccount]]]:
    """Fill a database; give its accounts by their roles."""
    cluster.create_database(name)
    database = servers.Database.on(cluster, name)
    maintenance = PostgresMaintenance(database.owner_url)
    maintenance.migrate()
    maintenance.seed()
    accounts = fill(
        database.worker_url,
        clients=clients,
        now=MachineClock().now(),
        zone=ZoneInfo("Asia/Manila"),
        vault=Vault(KeyRing({"one": _KEY}), _KEY),
    )
    maintenance.analyze()
    yield database, {each.role: each for each in accounts}
    cluster.drop_database(name)


@contextmanager
def demo_console(
    cluster: Cluster, name: str, clients: int
) -> Iterator[tuple[httpx.Client, dict[str, MadeUpAccount]]]:
    """Fill a database and serve it; give its accounts by their roles."""
    with demo_database(cluster, name, clients) as (database, accounts):
        settings = Settings(
            database_url=database.app_url, encryption_keys={"one": _KEY}, blind_index_key=_KEY
        )
        application = build(
            lambda: open_app(settings, allowances=PLENTY), ServerSettings(console=True)
        )
        with served(application) as http:
            yield http, accounts
