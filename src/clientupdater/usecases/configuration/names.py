"""Look up how people know companies, branches, areas and one another."""

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
    """Needs no right: it names what the caller was shown by somebody who judged that."""

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
