"""Settings, options, lookups, their changes and the effects of these, in PostgreSQL."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from attrs import frozen
from psycopg.types.json import Jsonb

from clientupdater.adapters.postgres.core.named_queries import named_queries, read_blocks, render
from clientupdater.adapters.postgres.sync.staging import ROWS
from clientupdater.adapters.postgres.tracking.columns import period_columns
from clientupdater.adapters.postgres.tracking.rows import BEFORE_ALL
from clientupdater.adapters.postgres.tracking.rows import QUERIES as TRACKING
from clientupdater.domain.configuration_changes import RecordedChange
from clientupdater.domain.ids import ChangeId, ClientId, OptionId, PersonId
from clientupdater.domain.lookups import FACTS
from clientupdater.domain.options import Category, Option
from clientupdater.domain.settings_values import KNOWN, StoredSetting
from clientupdater.ports.configuration import SettledBatch, TouchedClients, TrackingPlan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.domain.ids import CompanyId
    from clientupdater.domain.lookups import Lookup, LookupTable
    from clientupdater.domain.periods import Period
    from clientupdater.domain.write_context import WriteContext

_FILE = "configuration/changes.sql"
_BLOCKS = read_blocks(_FILE)
QUERIES = named_queries(_FILE, {"table": "", "columns": "", "values": "", "changes": ""})
PAR_STATUSES = named_queries("configuration/par_statuses.sql", TRACKING)

_REFERENCES = {
    "company": ("company_id", "companies"),
    "pension_type": ("pension_type_id", "pension_types"),
    "status": ("status_type_id", "status_types"),
}


@frozen
class PostgresConfigurationRows:
    _connection: Connection

    def lock(self) -> None:
        self._connection.execute(QUERIES["lock"])

    def change(self, change: ChangeId) -> RecordedChange | None:
        row = self._connection.execute(QUERIES["change"], {"change": change}).fetchone()
        return _change(*row) if row else None

    def settings(self) -> list[StoredSetting]:
        return [_setting(*columns) for columns in self._connection.execute(QUERIES["settings"])]

    def save_setting(self, setting: StoredSetting, by: PersonId, now: datetime) -> None:
        known = KNOWN[setting.key]
        values = {
            **_setting_columns(setting),
            "value_type": str(known.value_type),
            "description": known.meaning,
            "by": by,
            "now": now,
        }
        self._connection.execute(QUERIES["save_setting"], values)

    def delete_setting(self, setting: StoredSetting) -> None:
        self._connection.execute(QUERIES["delete_setting"], _setting_columns(setting))

    def categories(self) -> list[Category]:
        return [_category(*columns) for columns in self._connection.execute(QUERIES["categories"])]

    def add_category(self, category: Category) -> None:
        values = {"table": "config_categories", "record": category.code}
        self._connection.execute(QUERIES["add_category"], {**category.values, **values})

    def save_category(self, category: Category) -> None:
        self._connection.execute(QUERIES["save_category"], category.values)

    def delete_category(self, category: Category) -> None:
        self._connection.execute(QUERIES["delete_category"], {"code": category.code})

    def options(self, category: str) -> list[Option]:
        cursor = self._connection.execute(QUERIES["options_of_category"], {"category": category})
        return [_option(*columns) for columns in cursor]

    def option(self, option: OptionId) -> Option | None:
        row = self._connection.execute(QUERIES["option_by_id"], {"id": option}).fetchone()
        return _option(*row) if row else None

    def add_option(self, option: Option, by: PersonId) -> None:
        values = {"by": by, "table": "config_options", "record": str(option.id)}
        self._connection.execute(QUERIES["add_option"], {**_option_columns(option), **values})

    def save_option(self, option: Option) -> None:
        self._connection.execute(QUERIES["save_option"], _option_columns(option))

    def delete_option(self, option: Option) -> None:
        self._connection.execute(QUERIES["delete_option"], {"id": option.id})

    def add_lookup(self, table: LookupTable, entry: Lookup, by: PersonId) -> None:
        assigned = _assigned(table)
        statement = render(
            _BLOCKS,
            "add_lookup",
            table=table,
            columns="".join(f", {column}" for column in assigned),
            values="".join(f", {value}" for value in assigned.values()),
        )
        self._connection.execute(statement.encode(), {**entry.values, "by": by})

    def save_lookup(self, table: LookupTable, entry: Lookup) -> None:
        changes = "".join(f", {column} = {value}" for column, value in _assigned(table).items())
        statement = render(_BLOCKS, "save_lookup", table=table, changes=changes)
        self._connection.execute(statement.encode(), entry.values)

    def has_clients(self, company: str) -> bool:
        cursor = self._connection.execute(QUERIES["company_has_clients"], {"company": company})
        ((result,),) = cursor.fetchall()
        return bool(result)

    def plan_tracking(self, par_status: str, *, is_trackable: bool) -> TrackingPlan:
        rows = self._connection.execute(
            PAR_STATUSES["touched"], {"par_status": par_status}
        ).fetchall()
        digest = sha256(f"{par_status}\n{is_trackable}\n".encode())
        for company, _, _, codes in rows:
            digest.update(f"{company}\n".encode() + codes)
        touched = tuple(
            TouchedClients(company, clients, tuple(examples))
            for company, clients, examples, _ in rows
        )
        return TrackingPlan(touched, digest.hexdigest())

    def settle_tracking(
        self,
        par_status: str,
        due: Sequence[Period],
        writable: Mapping[CompanyId, Sequence[Period]],
        write_context: WriteContext,
        *,
        after: ClientId | None,
        at_most: int,
    ) -> SettledBatch:
        pairs = [(company, str(each)) for company, periods in writable.items() for each in periods]
        params: dict[str, Any] = {
            "par_status": par_status,
            "after": after or BEFORE_ALL,
            "at_most": at_most,
            "now": write_context.now,
            "companies": [company for company, _ in pairs],
            "periods": [period for _, period in pairs],
        }
        self._connection.execute(TRACKING["lock_openings"])
        self._connection.execute(PAR_STATUSES["effects"])
        self._connection.execute(PAR_STATUSES["batch"], params)
        for period in due:
            from_day = max(write_context.today, period.first_day)
            values = {**params, **period_columns(period), "from_day": from_day}
            self._connection.execute(ROWS["open"], values)
        for name in ("rows_due", "lock_rows", "settle_rows"):
            self._connection.execute(ROWS[name], params)
        ((rows, looked_at, last),) = self._connection.execute(
            PAR_STATUSES["count_batch"]
        ).fetchall()
        return SettledBatch(rows, ClientId(last) if looked_at == at_most else None)


def _change(*columns: Any) -> RecordedChange:
    identity, table, record, before, after, later, left = columns
    return RecordedChange(
        id=ChangeId(identity),
        table=table,
        record=record,
        before=before,
        after=after,
        later=later,
        left=left,
    )


def _setting(*columns: Any) -> StoredSetting:
    key, company, value, is_public, version, updated_by, updated_at = columns
    return StoredSetting(
        key=key,
        company=company,
        value=value,
        is_public=is_public,
        version=version,
        updated_by=updated_by and PersonId(updated_by),
        updated_at=updated_at,
    )


def _setting_columns(setting: StoredSetting) -> dict[str, object]:
    return {
        "key": setting.key,
        "company": setting.company,
        "value": setting.value,
        "is_public": setting.is_public,
        "table": "config_settings",
        "record": setting.record,
    }


def _category(*columns: Any) -> Category:
    code, name, description, is_active, sort_order, version = columns
    return Category(
        code=code,
        name=name,
        description=description,
        is_active=is_active,
        sort_order=sort_order,
        version=version,
    )


def _option(*columns: Any) -> Option:
    identity, category, company, code, label, value, metadata, *others = columns
    is_active, is_default, sort_order, parent, version = others
    return Option(
        id=OptionId(identity),
        category=category,
        company=company,
        code=code,
        label=label,
        value=value,
        metadata=metadata,
        is_active=is_active,
        is_default=is_default,
        sort_order=sort_order,
        parent=parent and OptionId(parent),
        version=version,
    )


def _option_columns(option: Option) -> dict[str, object]:
    return {**option.values, "id": option.id, "metadata": Jsonb(dict(option.metadata))}


def _assigned(table: LookupTable) -> dict[str, str]:
    """Map each column of the table's own to its value, as SQL."""
    return dict(map(_column, (fact.name for fact in FACTS[table])))


def _column(fact: str) -> tuple[str, str]:
    if fact in _REFERENCES:
        column, table = _REFERENCES[fact]
        return column, f"(select id from {table} where code = %({fact})s)"  # noqa: S608 — our own names
    cast = "::text::tracking_cycle" if fact == "tracking_cycle" else ""
    return fact, f"%({fact})s{cast}"
