"""A person's rights at this moment (A1, A2, A7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from clientupdater.domain.access import Actor
    from clientupdater.domain.ids import PersonId


class Rights(Protocol):
    """The rights of people other than the caller."""

    def actor(self, person: PersonId, at: datetime | None = None) -> Actor | None:
        """Read a person's state, grants and live territory; None if there is no such person.

        Only a decision over clients asks whom they stand in for, at that moment.
        """
        ...

    def actors(self, people: Collection[PersonId]) -> Mapping[PersonId, Actor]:
        """Read the same of many; people who do not exist are left out."""
        ...

    def lock(self) -> None:
        """Take a shared lock against changes of rights, until the transaction ends (A3).

        Needed where a decision rests on another person's rights and must end when they lose them.
        Take it before locking a client, so that no transaction that waits for a client holds up
        changes of rights.
        """
        ...
