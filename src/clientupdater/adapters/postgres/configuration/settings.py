"""Settings of the business over one PostgreSQL transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import psycopg
from attrs import frozen

from clientupdater.domain.settings_values import effective_number, effective_text

if TYPE_CHECKING:
    from decimal import Decimal

    from clientupdater.domain.ids import CompanyId

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]


@frozen
class PostgresBusinessSettings:
    """What is in force now."""

    _connection: Connection

    def number(self, key: str, company: CompanyId | None) -> Decimal:
        """Find a number: the company's own, else the general one, else our default."""
        return effective_number(key, self._rows(key, company), company)

    def text(self, key: str, company: CompanyId | None) -> str:
        """Find a text likewise."""
        return effective_text(key, self._rows(key, company), company)

    def _rows(self, key: str, company: CompanyId | None) -> dict[tuple[str, CompanyId | None], str]:
        cursor = self._connection.execute(
            "select key, company_id, value from config_settings"
            " where key = %s and (company_id is null or company_id = %s)",
            (key, company),
        )
        return {(name, of): value for name, of, value in cursor}
