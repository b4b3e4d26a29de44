"""Contact numbers over one PostgreSQL transaction (C1, C2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.domain.contacts import ContactCard
from clientupdater.domain.errors import NotFound, VersionConflict
from clientupdater.domain.sync.contacts import Contact
from clientupdater.domain.sync.fields import Field

if TYPE_CHECKING:
    from clientupdater.adapters.postgres.core.connect import Connection
    from clientupdater.domain.ids import ClientId
    from clientupdater.domain.write_context import WriteContext

QUERIES = named_queries("clients/contacts.sql")


@frozen
class PostgresContacts:
    """The contact numbers of the clients within sight."""

    _connection: Connection

    def find(self, client: ClientId) -> ContactCard | None:
        """Find a client's."""
        row = self._connection.execute(QUERIES["card"], {"client": client}).fetchone()
        if row is None:
            return None
        version, flagged, *columns = row
        numbers = {
            Field.CONTACT_NUMBER: _number(*columns[:3], flagged=flagged),
            Field.CONTACT_NUMBER_ALT: _number(*columns[3:], flagged=flagged),
        }
        return ContactCard(client=client, version=version, numbers=numbers)

    def save(
        self, seen: ContactCard, after: ContactCard, write_context: WriteContext
    ) -> ContactCard:
        """Keep what was changed, and what it was before."""
        values = {**_columns(seen, after), "by": write_context.by, "now": write_context.now}
        ((kept,),) = self._connection.execute(QUERIES["save"], values).fetchall()
        if not kept:
            raise self._moved_on(seen)
        return evolve(after, version=seen.version + 1)

    def _moved_on(self, seen: ContactCard) -> NotFound | VersionConflict:
        values = {"client": seen.client}
        row = self._connection.execute(QUERIES["version"], values).fetchone()
        if row is None:
            return NotFound()
        return VersionConflict(provided=seen.version, current=row[0])


def _number(value: str | None, corrected: bool, word: str | None, *, flagged: bool) -> Contact:  # noqa: FBT001 — a column
    """Make a number of its columns; the flag is the client's, and means what differs."""
    if not corrected:
        return Contact(value, value)  # the source owns it: what is in force is its word
    differs = word is not None and word != value
    return Contact(value, word, corrected=True, conflict=flagged and differs)


def _columns(seen: ContactCard, after: ContactCard) -> dict[str, object]:
    changes = seen.changes_to(after)
    values: dict[str, object] = {
        "client": seen.client,
        "seen": seen.version,
        "conflict": bool(after.in_conflict),
        "fields": [change.field for change in changes],
        "old_values": [change.before for change in changes],
        "new_values": [change.after for change in changes],
    }
    for each, number in after.numbers.items():
        values |= {str(each): number.value, f"{each}_corrected": number.corrected}
    return values
