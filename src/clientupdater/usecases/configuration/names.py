"""Look up the codes and names of companies, branches, areas and people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.ports.unit_of_work import SYSTEM

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
        *,
        branches: Iterable[UUID] = (),
        areas: Iterable[UUID] = (),
        people: Iterable[UUID] = (),
    ) -> Names:
        """Find the names of these, and the codes of every company."""
        del caller
        with self.work.begin(SYSTEM) as tx:
            return tx.organisation.codes_of(
                frozenset(branches), frozenset(areas), frozenset(people)
            )
