"""The one erasure: remarks, on the request of the person they are about (S13)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.adapters.postgres.core.connect import SETTING, connected
from clientupdater.domain.errors import Fault, Misconfigured, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.domain.callers import Origin
    from clientupdater.domain.ids import ClientRef
    from clientupdater.domain.periods import Period

Event = tuple["Period", int]
_SETTINGS = "select set_config('clientupdater.origin', %s, true)"
_MAY_ERASE = "select has_function_privilege('blank_remarks(uuid, text)', 'execute')"
_NOT_THE_OWNER = "is not the owner's, who alone erases remarks; set DATABASE_MIGRATION_URL"
_EVENT = """
select e.id
from clients c
join client_period_status s on s.client_id = c.id
join status_events e on e.client_period_status_id = s.id
where (c.client_code = %(code)s or c.id = %(id)s) and s.period = %(period)s
  and e.event_sequence = %(sequence)s
"""


@frozen
class PostgresErasure:
    """Erases remarks as the owner; the application's role may not."""

    url: str

    def erase_remarks(
        self, client: ClientRef, events: Sequence[Event], on_request: str, origin: Origin
    ) -> Mapping[Event, bool]:
        """Erase all of them or none, recorded; return which had remarks.

        Raises NotFound for an event that does not exist, and Misconfigured for another login than
        the owner's.
        """
        with connected(self.url) as connection, connection.transaction():
            if connection.execute(_MAY_ERASE).fetchone() != (True,):
                raise Misconfigured([Fault(SETTING, _NOT_THE_OWNER)])
            connection.execute(_SETTINGS, (json.dumps(dict(origin.record)),))
            return {each: _erased(connection, client, each, on_request) for each in events}


def _erased(connection: Connection, client: ClientRef, event: Event, on_request: str) -> bool:
    period, sequence = event
    by_code = isinstance(client, str)
    params = {
        "code": client if by_code else None,
        "id": None if by_code else client,
        "period": str(period),
        "sequence": sequence,
    }
    row = connection.execute(_EVENT, params).fetchone()
    if row is None:
        raise NotFound(f"There is no event {period}/{sequence} of this client.")
    blanked = connection.execute("select blank_remarks(%s, %s)", (row[0], on_request))
    return blanked.fetchone() == (True,)
