"""The Snowflake account, view and credentials, and the connector's arguments for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import Factory, field, frozen

from clientupdater.domain.errors import Fault, Misconfigured
from clientupdater.runtime.deadlines import seconds_left

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: The time limit for signing in.
LOGIN_TIMEOUT_S = 30
KEY_PAIR = "snowflake_jwt"


@frozen
class Account:
    """An account, a user with a key or a token, and the identifier of the view."""

    name: str
    user: str
    view: str
    authenticator: str = KEY_PAIR
    private_key_file: Path | None = None
    private_key_passphrase: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    role: str | None = None
    warehouse: str | None = None
    database: str | None = None
    schema: str | None = None
    statement_timeout_s: int = 600
    address: Mapping[str, Any] = Factory(dict)
    """Host, port and protocol, where they are not Snowflake's own."""

    def arguments(self) -> dict[str, Any]:
        """Give the connector's arguments."""
        values = {
            "account": self.name,
            "user": self.user,
            "authenticator": self.authenticator.upper(),
            "role": self.role,
            "warehouse": self.warehouse,
            "database": self.database,
            "schema": self.schema,
            **self._proof(),
            **self.address,
        }
        return {name: value for name, value in values.items() if value is not None} | {
            "application": "clientupdater",
            "paramstyle": "qmark",
            "arrow_number_to_decimal": True,
            "login_timeout": _whole(seconds_left(LOGIN_TIMEOUT_S)),
            "network_timeout": self.statement_timeout_s,
            "session_parameters": self._session(),
        }

    def _session(self) -> dict[str, Any]:
        return {
            "QUERY_TAG": "clientupdater",
            "TIMEZONE": "UTC",
            "STATEMENT_TIMEOUT_IN_SECONDS": self.statement_timeout_s,
            "CLIENT_TELEMETRY_ENABLED": False,
        }

    def _proof(self) -> dict[str, Any]:
        if self.authenticator != KEY_PAIR:
            return {"token": self.token}
        if self.private_key_file is None or not self.private_key_file.is_file():
            message = f"there is no file {self.private_key_file}; name the private key's"
            raise Misconfigured([Fault("SNOWFLAKE_PRIVATE_KEY_FILE", message)])
        return {
            "private_key_file": str(self.private_key_file),
            "private_key_file_pwd": self.private_key_passphrase,
        }


def _whole(seconds: float | None) -> int:
    """Give whole seconds, at least one, as the connector expects."""
    return max(1, int(seconds or 0))
