"""The settings of Snowflake, the CSV drop, circuits and syncs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.errors import Fault
from clientupdater.settings.nextbank import NextBankSettings, nextbank_faults
from clientupdater.settings.readers import hide, identifier, one_of, read_as, whole

if TYPE_CHECKING:
    from collections.abc import Iterator


@frozen(kw_only=True, slots=False)
class SourceSettings(NextBankSettings):
    """How to reach each source, and with which credentials."""

    snowflake_account: str | None = field(
        default=None,
        metadata=read_as(
            "SNOWFLAKE_ACCOUNT",
            str,
            "an account identifier",
            "The Snowflake account. Unset: there is no source snowflake.",
            example="myorg-bank",
        ),
    )
    snowflake_user: str | None = field(
        default=None,
        metadata=read_as(
            "SNOWFLAKE_USER",
            str,
            "the name of a user of type SERVICE",
            "The Snowflake user.",
            example="CLIENTUPDATER",
        ),
    )
    snowflake_authenticator: str = field(
        default="snowflake_jwt",
        metadata=read_as(
            "SNOWFLAKE_AUTHENTICATOR",
            one_of("snowflake_jwt", "programmatic_access_token", "oauth"),
            "snowflake_jwt, programmatic_access_token or oauth",
            "How to authenticate: with a key pair or a token. Passwords are not supported.",
            default="snowflake_jwt",
        ),
    )
    snowflake_private_key_file: Path | None = field(
        default=None,
        metadata=read_as(
            "SNOWFLAKE_PRIVATE_KEY_FILE",
            Path,
            "a file that holds a private key in PEM",
            "The private key of the key pair.",
            example="/run/secrets/snowflake.pem",
        ),
    )
    snowflake_private_key_passphrase: str | None = field(
        default=None,
        metadata=read_as(
            "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE",
            str,
            "the passphrase of the private key",
            "The passphrase of the private key, if it has one.",
            secret=True,
        ),
        repr=hide,
    )
    snowflake_token: str | None = field(
        default=None,
        metadata=read_as(
            "SNOWFLAKE_TOKEN",
            str,
            "a token",
            "A programmatic access token, or an OAuth token.",
            secret=True,
        ),
        repr=hide,
    )
    snowflake_role: str | None = field(
        default=None,
        metadata=read_as(
            "SNOWFLAKE_ROLE",
            str,
            "a name",
            "The role that may read the view. Unset: the user's default role.",
            example="READER",
        ),
    )
    snowflake_warehouse: str | None = field(
        default=None,
        metadata=read_as(
            "SNOWFLAKE_WAREHOUSE",
            str,
            "a name",
            "The warehouse. Unset: the user's default warehouse.",
            example="SMALL",
        ),
    )
    snowflake_database: str | None = field(
        default=None,
        metadata=read_as(
            "SNOWFLAKE_DATABASE",
            str,
            "a name",
            "The database of the view, unless the view's name includes it.",
            example="BANK",
        ),
    )
    snowflake_schema: str | None = field(
        default=None,
        metadata=read_as(
            "SNOWFLAKE_SCHEMA",
            str,
            "a name",
            "The schema of the view, unless the view's name includes it.",
            example="PUBLIC",
        ),
    )
    snowflake_client_view: str | None = field(
        default=None,
        metadata=read_as(
            "SNOWFLAKE_CLIENT_VIEW",
            identifier,
            "a name such as CLIENT_VIEW or BANK.PUBLIC.CLIENT_VIEW",
            "The view with one row for each client.",
            example="CLIENT_VIEW",
        ),
    )
    snowflake_statement_timeout_s: int = field(
        default=600,
        metadata=read_as(
            "SNOWFLAKE_STATEMENT_TIMEOUT_S",
            whole(1, 86_400),
            "seconds, from 1 to 86400",
            "How long a query may take.",
            default="600",
        ),
    )
    csv_drop_dir: Path | None = field(
        default=None,
        metadata=read_as(
            "CSV_DROP_DIR",
            Path,
            "a folder, or a file",
            "The folder where CSV files of clients arrive; a run reads the newest complete one. "
            "Unset: there is no source csv.",
            example="/var/lib/clientupdater/drop",
        ),
    )
    csv_encoding: str = field(
        default="utf-8",
        metadata=read_as(
            "CSV_ENCODING",
            one_of("utf-8", "windows-1252"),
            "utf-8 or windows-1252",
            "The encoding of those files; UTF-8 with or without a byte order mark.",
            default="utf-8",
        ),
    )
    circuit_snowflake_threshold: int = field(
        default=5,
        metadata=read_as(
            "CIRCUIT_SNOWFLAKE_THRESHOLD",
            whole(1, 1000),
            "a whole number, from 1 to 1000",
            "After how many failures in a row Snowflake's circuit opens, so that it gets no calls.",
            default="5",
        ),
    )
    circuit_snowflake_cooldown_ms: int = field(
        default=60000,
        metadata=read_as(
            "CIRCUIT_SNOWFLAKE_COOLDOWN_MS",
            whole(100, 3_600_000),
            "milliseconds, from 100 to 3600000",
            "How long an open circuit stays open; then one call at a time tries the source again.",
            default="60000",
        ),
    )
    circuit_nextbank_threshold: int = field(
        default=3,
        metadata=read_as(
            "CIRCUIT_NEXTBANK_THRESHOLD",
            whole(1, 1000),
            "a whole number, from 1 to 1000",
            "After how many failures in a row NextBank's circuit opens, so that it gets no calls.",
            default="3",
        ),
    )
    circuit_nextbank_cooldown_ms: int = field(
        default=30000,
        metadata=read_as(
            "CIRCUIT_NEXTBANK_COOLDOWN_MS",
            whole(100, 3_600_000),
            "milliseconds, from 100 to 3600000",
            "How long an open circuit stays open; then one call at a time tries the source again.",
            default="30000",
        ),
    )
    sync_overlap_minutes: int = field(
        default=60,
        metadata=read_as(
            "SYNC_OVERLAP_MINUTES",
            whole(0, 10_080),
            "minutes, from 0 to 10080",
            "How far before the last applied run an incremental run begins to read.",
            default="60",
        ),
    )

    @property
    def sources(self) -> frozenset[str]:
        """The names of the configured sources."""
        values = {
            "snowflake": self.snowflake_account,
            "nextbank": self.nextbank_base_url,
            "csv": self.csv_drop_dir,
        }
        return frozenset(name for name, where in values.items() if where is not None)


def source_faults(settings: SourceSettings) -> Iterator[Fault]:
    """Find the missing settings of a source that is only partly configured."""
    yield from _snowflake_faults(settings)
    yield from nextbank_faults(settings)


def _snowflake_faults(settings: SourceSettings) -> Iterator[Fault]:
    """Require the user, a credential and the view."""
    if settings.snowflake_account is None:
        return
    by_key = settings.snowflake_authenticator == "snowflake_jwt"
    needed = {
        "SNOWFLAKE_USER": settings.snowflake_user,
        "SNOWFLAKE_CLIENT_VIEW": settings.snowflake_client_view,
        **(
            {"SNOWFLAKE_PRIVATE_KEY_FILE": settings.snowflake_private_key_file}
            if by_key
            else {"SNOWFLAKE_TOKEN": settings.snowflake_token}
        ),
    }
    message = f"is not set; expected with SNOWFLAKE_ACCOUNT and {settings.snowflake_authenticator}"
    yield from (Fault(name, message) for name, value in needed.items() if value is None)
