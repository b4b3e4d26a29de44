"""The configured sources, each behind its circuit.

A source's client library (httpx, Snowflake's connector) is imported only if the source is
configured, so that commands start fast and an installation may leave it out.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from clientupdater.adapters.csvdrop import CsvDrop
from clientupdater.adapters.resilience.source import GuardedSource
from clientupdater.adapters.snowflake.account import Account as SnowflakeAccount
from clientupdater.adapters.snowflake.source import open_snowflake
from clientupdater.domain.errors import Fault, Misconfigured
from clientupdater.domain.sync.fields import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from clientupdater.adapters.resilience.circuits import Circuit
    from clientupdater.ports.sources import ClientSource
    from clientupdater.settings.sources import SourceSettings


@contextmanager
def open_sources(
    settings: SourceSettings, circuits: Iterable[Circuit]
) -> Iterator[Mapping[Source, ClientSource]]:
    """Open the configured sources. Opening calls none of them.

    A CSV file needs no circuit.
    """
    by_name = {circuit.name: circuit for circuit in circuits}
    values: dict[Source, ClientSource] = {}
    with ExitStack() as stack:
        if settings.csv_drop_dir:
            values[Source.CSV] = CsvDrop(settings.csv_drop_dir, settings.csv_encoding)
        if settings.nextbank_base_url:
            values[Source.NEXTBANK] = _nextbank(settings, settings.nextbank_base_url, stack)
        if account := _snowflake_account(settings):
            values[Source.SNOWFLAKE] = stack.enter_context(open_snowflake(account))
        yield {
            name: GuardedSource(source, by_name[name]) if name in by_name else source
            for name, source in values.items()
        }


def _nextbank(settings: SourceSettings, base_url: str, stack: ExitStack) -> ClientSource:
    try:
        nextbank = import_module("clientupdater.adapters.nextbank.connecting")
    except ModuleNotFoundError as error:
        message = "httpx is not installed: pip install 'clientupdater[nextbank]'"
        raise Misconfigured([Fault("NEXTBANK_BASE_URL", message)]) from error
    account = nextbank.Account(
        settings.nextbank_api_key,
        settings.nextbank_client_id or "",
        settings.nextbank_client_secret or "",
        settings.nextbank_token_url or "",
        settings.nextbank_api_key_header,
    )
    dialect = nextbank.Dialect(
        settings.nextbank_clients_path,
        settings.nextbank_client_path,
        settings.nextbank_members,
        settings.nextbank_parameters,
    )
    patience_s = settings.nextbank_timeout_ms / 1000
    source: ClientSource = stack.enter_context(
        nextbank.open_nextbank(base_url, account, patience_s, dialect=dialect)
    )
    return source


def _snowflake_account(settings: SourceSettings) -> SnowflakeAccount | None:
    if settings.snowflake_account is None:
        return None
    return SnowflakeAccount(
        name=settings.snowflake_account,
        user=settings.snowflake_user or "",
        view=settings.snowflake_client_view or "",
        authenticator=settings.snowflake_authenticator,
        private_key_file=settings.snowflake_private_key_file,
        private_key_passphrase=settings.snowflake_private_key_passphrase,
        token=settings.snowflake_token,
        role=settings.snowflake_role,
        warehouse=settings.snowflake_warehouse,
        database=settings.snowflake_database,
        schema=settings.snowflake_schema,
        statement_timeout_s=settings.snowflake_statement_timeout_s,
    )
