"""What the environment says of the sources that clients come from; each may be left out."""

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
    """Where each source is, and as whom we come."""

    snowflake_account: str | None = field(
        default=None,
        metadata=read_as(
            "SNOWFLAKE_ACCOUNT",
            str,
            "an account identifier",
            "Whose Snowflake is read. Unset: the source snowflake is not there.",
            example="myorg-bank",
        ),
    )
    snowflake_user: str | None = field(
        default=None,
        metadata=read_as(
            "SNOWFLAKE_USER",
            str,
            "the name of a user of type SERVICE",
            "As whom.",
            example="CLIENTUPDATER",
        ),
    )
    snowflake_authenticator: str = field(
        default="snowflake_jwt",
        metadata=read_as(
            "SNOWFLAKE_AUTHENTICATOR",
            one_of("snowflake_jwt", "programmatic_access_token", "oauth"),
            "snowflake_jwt, programmatic_access_token or oauth",
            "What shows who we are: a key pair or a token. A password alone is not taken.",
            default="snowflake_jwt",
        ),
    )
    snowflake_private_key_file: Path | None = field(
        default=None,
        metadata=read_as(
            "SNOWFLAKE_PRIVATE_KEY_FILE",
            Path,
            "a file that holds a private key in PEM",
            "The key of the key pair.",
            example="/run/secrets/snowflake.pem",
        ),
    )
    snowflake_private_key_passphrase: str | None = field(
        default=None,
        metadata=read_as(
            "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE",
            str,
            "what the key is sealed with",
            "Only where it is sealed.",
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
            "A programmatic access token, or one of OAuth.",
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
            "The role that may read the view; unset: the default role of the user.",
            example="READER",
        ),
    )
    snowflake_warehouse: str | None = field(
        default=None,
        metadata=read_as(
            "SNOWFLAKE_WAREHOUSE",
            str,
            "a name",
            "What computes; unset: the default warehouse of the user.",
            example="SMALL",
        ),
    )
    snowflake_database: str | None = field(
        default=None,
        metadata=read_as(
            "SNOWFLAKE_DATABASE",
            str,
            "a name",
            "Where the view is, unless its name says so.",
            example="BANK",
        ),
    )
    snowflake_schema: str | None = field(
        default=None,
        metadata=read_as(
            "SNOWFLAKE_SCHEMA",
            str,
            "a name",
            "Where the view is, unless its name says so.",
            example="PUBLIC",
        ),
    )
    snowflake_client_view: str | None = field(
        default=None,
        metadata=read_as(
            "SNOWFLAKE_CLIENT_VIEW",
            identifier,
            "a name such as CLIENT_VIEW or BANK.PUBLIC.CLIENT_VIEW",
            "The view that has a row for each client.",
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
            "Where CSV files of clients are dropped; the newest complete one is taken. Unset: the "
            "source csv is not there.",
            example="/var/lib/clientupdater/drop",
        ),
    )
    csv_encoding: str = field(
        default="utf-8",
        metadata=read_as(
            "CSV_ENCODING",
            one_of("utf-8", "windows-1252"),
            "utf-8 or windows-1252",
            "How those files are written; UTF-8 with or without a byte order mark.",
            default="utf-8",
        ),
    )
    circuit_snowflake_threshold: int = field(
        default=5,
        metadata=read_as(
            "CIRCUIT_SNOWFLAKE_THRESHOLD",
            whole(1, 1000),
            "a whole number, from 1 to 1000",
            "After how many failures in a row Snowflake is left alone for a while.",
            default="5",
        ),
    )
    circuit_snowflake_cooldown_ms: int = field(
        default=60000,
        metadata=read_as(
            "CIRCUIT_SNOWFLAKE_COOLDOWN_MS",
            whole(100, 3_600_000),
            "milliseconds, from 100 to 3600000",
            "For how long; then one call at a time tries whether it is well again.",
            default="60000",
        ),
    )
    circuit_nextbank_threshold: int = field(
        default=3,
        metadata=read_as(
            "CIRCUIT_NEXTBANK_THRESHOLD",
            whole(1, 1000),
            "a whole number, from 1 to 1000",
            "After how many failures in a row Nextbank is left alone for a while.",
            default="3",
        ),
    )
    circuit_nextbank_cooldown_ms: int = field(
        default=30000,
        metadata=read_as(
            "CIRCUIT_NEXTBANK_COOLDOWN_MS",
            whole(100, 3_600_000),
            "milliseconds, from 100 to 3600000",
            "For how long; then one call at a time tries whether it is well again.",
            default="30000",
        ),
    )
    sync_overlap_minutes: int = field(
        default=60,
        metadata=read_as(
            "SYNC_OVERLAP_MINUTES",
            whole(0, 10_080),
            "minutes, from 0 to 10080",
            "How much further back than the last run an incremental one reads.",
            default="60",
        ),
    )

    @property
    def sources(self) -> frozenset[str]:
        """Name those that are set up."""
        values = {
            "snowflake": self.snowflake_account,
            "nextbank": self.nextbank_base_url,
            "csv": self.csv_drop_dir,
        }
        return frozenset(name for name, where in values.items() if where is not None)


def source_faults(settings: SourceSettings) -> Iterator[Fault]:
    """Find what is missing of a source that is set up by halves."""
    yield from _snowflake_faults(settings)
    yield from nextbank_faults(settings)


def _snowflake_faults(settings: SourceSettings) -> Iterator[Fault]:
    """Come as somebody, with what shows it, and know what to read."""
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
