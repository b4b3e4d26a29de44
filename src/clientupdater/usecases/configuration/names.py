"""Look up the codes and names of companies, branches, areas and people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.codes import Names
    from clientupdater.ports.unit_of_work import UnitsOfWork


@frozen
class LookUpNames:
    """Needs no permission: the caller has been shown these ids by a use case that checked one."""

    work: UnitsOfWork

    def __call__(
        self,
        caller: Caller,
        people: Iterable[UUID | None] = (),
        *,
        generation: int | None = None,
    ) -> Names:
        """Give the codes of all places, and the names of these people.

        `generation` is the configuration's, if the caller has just read it.
        """
        del caller
        known = frozenset(person for person in people if person)
        with self.work.autocommit(generation) as tx:
            return tx.organisation.names(known)
