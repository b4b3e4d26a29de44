"""The configured sources: ours, those that network calls reach behind a circuit, and added ones.

A source's client library (httpx, Snowflake's connector) is imported only if the source is
configured, so that commands start fast and an installation may leave it out.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from clientupdater.adapters.csvdrop import CsvDrop
from clientupdater.adapters.resilience.source import ResilientSource
from clientupdater.adapters.snowflake.account import Account as SnowflakeAccount
from clientupdater.adapters.snowflake.source import open_snowflake
from clientupdater.domain.errors import Fault, InvalidInput, Misconfigured
from clientupdater.domain.sync.fields import SOURCE_FORM, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from importlib.metadata import EntryPoint

    from clientupdater.adapters.resilience.circuits import Circuit
    from clientupdater.ports.sources import ClientSource
    from clientupdater.settings.sources import SourceSettings

ENTRY_POINTS = "clientupdater.sources"
"""A package names here a function that opens its source: a context manager of a ClientSource."""


@contextmanager
def open_sources(
    settings: SourceSettings, circuits: Iterable[Circuit]
) -> Iterator[Mapping[str, ClientSource]]:
    """Open the configured sources, and those of installed packages. Opening calls none of them.

    A CSV file needs no circuit; an added source guards its own calls.
    """
    by_name = {circuit.name: circuit for circuit in circuits}
    values: dict[str, ClientSource] = {}
    with ExitStack() as stack:
        if settings.csv_drop_dir:
            values[Source.CSV] = CsvDrop(settings.csv_drop_dir, settings.csv_encoding)
        if settings.nextbank_base_url:
            values[Source.NEXTBANK] = _nextbank(settings, settings.nextbank_base_url, stack)
        if account := _snowflake_account(settings):
            values[Source.SNOWFLAKE] = stack.enter_context(open_snowflake(account))
        for name, added in installed_sources().items():
            values[name] = stack.enter_context(_opened(name, added))
        yield {
            name: ResilientSource(source, by_name[name]) if name in by_name else source
            for name, source in values.items()
        }


def installed_sources() -> Mapping[Source, EntryPoint]:
    """Find the sources that installed packages add, by the entry point that opens each."""
    return {_checked_name(each.name): each for each in entry_points(group=ENTRY_POINTS)}


def configured_names(settings: SourceSettings) -> Sequence[Source]:
    """List the sources of the settings and of installed packages."""
    return sorted({*map(Source, settings.sources), *installed_sources()})


def _checked_name(name: str) -> Source:
    try:
        return Source(name)
    except InvalidInput as error:
        raise Misconfigured([Fault(name, f"the name of a source {SOURCE_FORM}")]) from error


def _opened(name: Source, added: EntryPoint) -> AbstractContextManager[ClientSource]:
    try:
        opens = added.load()
    except (ImportError, AttributeError) as error:
        message = f"{added.value}, which an installed package names, cannot be imported: {error}"
        raise Misconfigured([Fault(name, message)]) from error
    opened: AbstractContextManager[ClientSource] = opens()
    return opened


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
