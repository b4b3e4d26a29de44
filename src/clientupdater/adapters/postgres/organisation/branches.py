"""Branches and their contacts in PostgreSQL, and closing a branch."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
from attrs import evolve, frozen
from psycopg.types.json import Jsonb

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.adapters.postgres.tracking.rows import QUERIES as TRACKING
from clientupdater.domain.errors import AlreadyExists, NotFound, VersionConflict
from clientupdater.domain.ids import AreaId, BranchId, PersonId
from clientupdater.domain.organisation import Branch, BranchContact, ClosingEffect, ClosingPlan

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.ports.organisation import Closing

QUERIES = named_queries("organisation/branches.sql")
CLOSING = named_queries("organisation/closing.sql", QUERIES)
TAKEN = "The code belongs to another branch, which may be deleted; choose another code."
EXAMPLES = 10
"""Clients that a plan names."""


@frozen
class PostgresBranches:
    """Implements `Branches`."""

    _connection: Connection

    def find(self, branch: BranchId | str) -> Branch | None:
        query = "branch_by_id" if isinstance(branch, UUID) else "branch_by_code"
        row = self._connection.execute(QUERIES[query], {"branch": branch}).fetchone()
        return _branch(*row) if row else None

    def lock(self, branch: BranchId | str) -> Branch | None:
        seen = self.find(branch)
        if seen is None:
            return None
        self._connection.execute(QUERIES["lock"], {"id": seen.id})
        return self.find(seen.id)

    def by_codes(self, codes: Collection[str]) -> dict[str, Branch]:
        values = {"codes": list(codes)}
        rows = self._connection.execute(QUERIES["branches_by_code"], values)
        return {branch.code: branch for branch in (_branch(*row) for row in rows)}

    def page(self, *, after: str, at_most: int) -> list[Branch]:
        values = {"after": after, "at_most": at_most}
        return [_branch(*row) for row in self._connection.execute(QUERIES["page"], values)]

    def add(self, *branches: Branch) -> None:
        values = {"branches": Jsonb([_columns(each) for each in branches])}
        try:
            with self._connection.transaction():
                self._connection.execute(QUERIES["add"], values)
        except psycopg.errors.UniqueViolation as error:
            raise AlreadyExists(TAKEN) from error

    def save(self, branch: Branch, *, deleted_at: datetime | None = None) -> Branch:
        values = {**_columns(branch), "version": branch.version, "deleted_at": deleted_at}
        if not self._connection.execute(QUERIES["save"], values).rowcount:
            raise self._refusal(branch)
        return evolve(branch, version=branch.version + 1)

    def restore(self, branch: BranchId) -> Branch:
        self._connection.execute(QUERIES["restore"], {"branch": branch})
        restored = self.find(branch)
        if restored is None:
            raise NotFound
        return restored

    def count_clients(self, branch: BranchId) -> int:
        ((count,),) = self._connection.execute(QUERIES["count_clients"], {"branch": branch})
        return int(count)

    def holders(self, branch: BranchId) -> list[PersonId]:
        cursor = self._connection.execute(QUERIES["holders"], {"branch": branch})
        return [PersonId(person) for (person,) in cursor]

    def contacts(self, *branches: BranchId) -> list[BranchContact]:
        cursor = self._connection.execute(QUERIES["contacts"], {"branches": list(branches)})
        return [_contact(*row) for row in cursor]

    def contact(self, contact: UUID) -> BranchContact | None:
        row = self._connection.execute(QUERIES["contact"], {"contact": contact}).fetchone()
        return _contact(*row) if row else None

    def add_contact(self, contact: BranchContact) -> None:
        self._make_primary(contact)
        self._connection.execute(QUERIES["add_contact"], _contact_columns(contact))

    def save_contact(self, contact: BranchContact) -> BranchContact:
        self._make_primary(contact)
        if not self._connection.execute(
            QUERIES["save_contact"], _contact_columns(contact)
        ).rowcount:
            raise NotFound
        return evolve(contact, version=contact.version + 1)

    def remove_contact(self, contact: BranchContact) -> None:
        self._connection.execute(QUERIES["remove_contact"], {"id": contact.id})

    def plan_closing(self, closing: Closing) -> ClosingPlan:
        values = {**_places(closing), "examples": EXAMPLES}
        rows = self._connection.execute(CLOSING["plan"], values).fetchall()
        places = f"{closing.branch.code} {closing.into.code} {closing.takes_contacts}"
        lines = [places, *(f"{kind} {count} {digest}" for kind, count, digest, _ in rows)]
        return ClosingPlan(
            counts={ClosingEffect(kind): count for kind, count, _, _ in rows},
            hash=sha256("\n".join(lines).encode()).hexdigest(),
            examples=_examples(rows),
        )

    def lock_clients(self, branch: BranchId) -> None:
        self._connection.execute(TRACKING["lock_openings"])
        for name in ("lock_clients", "lock_rows"):
            self._connection.execute(CLOSING[name], {"branch": branch})

    def move_clients(self, closing: Closing, by: PersonId, now: datetime) -> None:
        values = {
            **_places(closing),
            "branch_code": closing.branch.code,
            "into_code": closing.into.code,
            "by": by,
            "now": now,
        }
        for name in ("end_assignments", "note_moved", "move_clients", "move_rows", "move_contacts"):
            self._connection.execute(CLOSING[name], values)

    def set_successor(self, closing: Closing) -> None:
        self._connection.execute(CLOSING["set_successor"], _places(closing))

    def _make_primary(self, contact: BranchContact) -> None:
        if contact.is_primary:
            self._connection.execute(QUERIES["clear_primary"], _contact_columns(contact))

    def _refusal(self, branch: Branch) -> NotFound | VersionConflict:
        row = self._connection.execute(QUERIES["version"], {"id": branch.id}).fetchone()
        if row is None:
            return NotFound()
        return VersionConflict(provided=branch.version, current=row[0])


def _branch(*columns: Any) -> Branch:
    id_, code, name, location, category, version, areas, primary_area = columns
    return Branch(
        id=BranchId(id_),
        code=code,
        name=name,
        location=location,
        category=category,
        areas=frozenset(map(AreaId, areas)),
        primary_area=primary_area and AreaId(primary_area),
        version=version,
    )


def _columns(branch: Branch) -> dict[str, object]:
    return {
        "id": str(branch.id),
        "code": branch.code,
        "name": branch.name,
        "location": branch.location,
        "category": branch.category,
    }


def _contact(*columns: Any) -> BranchContact:
    id_, branch, type_, value, is_primary, version = columns
    return BranchContact(
        id=id_,
        branch=BranchId(branch),
        type=type_,
        value=value,
        is_primary=is_primary,
        version=version,
    )


def _contact_columns(contact: BranchContact) -> dict[str, object]:
    return {
        "id": contact.id,
        "branch": contact.branch,
        "type": contact.type,
        "value": contact.value,
        "is_primary": contact.is_primary,
        "version": contact.version,
    }


def _places(closing: Closing) -> dict[str, object]:
    return {
        "branch": closing.branch.id,
        "into": closing.into.id,
        "takes_contacts": closing.takes_contacts,
    }


def _examples(rows: Iterable[tuple[Any, ...]]) -> tuple[str, ...]:
    clients = (codes for kind, _, _, codes in rows if kind == ClosingEffect.CLIENT)
    return tuple(next(clients, ()))
