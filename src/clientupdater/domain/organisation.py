"""Areas, branches and the contacts of branches, as administrators keep them (A2, A6a)."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from attrs import field, frozen

from clientupdater.domain.accounts import is_email
from clientupdater.domain.errors import BranchInUse, Fault, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    from clientupdater.domain.ids import AreaId, BranchId, CompanyId

LONGEST_CODE = 50
LONGEST_NAME = 255
LONGEST_LOCATION = 500
LONGEST_CATEGORY = 100
LONGEST_TYPE = 50
LONGEST_CONTACT = 255
MOST_CONTACTS = 50
"""Of one branch: a list of them is one page."""
PHONE, EMAIL = "phone", "email"

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*", re.ASCII)
_TYPE = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_DIGITS = re.compile(r"\d", re.ASCII)
_FEWEST_DIGITS = 5


Thing = TypeVar("Thing", "Area", "Branch", "BranchContact")


@frozen(kw_only=True)
class Area:
    """A group of branches: of one company, or (None) of every company."""

    id: AreaId
    code: str
    name: str
    company: CompanyId | None = None
    version: int = 1

    def faults(self) -> Iterator[Fault]:
        yield from _code_faults(self.code)
        yield from _text_faults(self.name, "/name", LONGEST_NAME, required=True)

    @property
    def record(self) -> Mapping[str, object]:
        """What the audit compares."""
        return {"code": self.code, "name": self.name, "company": self.company}


@frozen(kw_only=True)
class Branch:
    """An office of the companies; its code never changes, because sources name it."""

    id: BranchId
    code: str
    name: str
    location: str | None = None
    category: str | None = None
    areas: frozenset[AreaId] = frozenset()
    """The live areas that it is in."""
    primary_area: AreaId | None = None
    version: int = 1

    def faults(self) -> Iterator[Fault]:
        yield from _code_faults(self.code)
        yield from _text_faults(self.name, "/name", LONGEST_NAME, required=True)
        yield from _text_faults(self.location, "/location", LONGEST_LOCATION)
        yield from _text_faults(self.category, "/category", LONGEST_CATEGORY)

    @property
    def record(self) -> Mapping[str, object]:
        """What the audit compares."""
        return {
            "code": self.code,
            "name": self.name,
            "location": self.location,
            "category": self.category,
        }


@frozen(kw_only=True)
class BranchContact:
    """A way to reach a branch; at most one of each type is the primary one."""

    id: UUID
    branch: BranchId
    type: str
    value: str
    is_primary: bool = False
    version: int = 1

    def faults(self) -> Iterator[Fault]:
        if len(self.type) > LONGEST_TYPE or not _TYPE.fullmatch(self.type):
            message = f"is a word of at most {LONGEST_TYPE} small letters, such as phone or email"
            yield Fault("/type", message)
        yield from _text_faults(self.value, "/value", LONGEST_CONTACT, required=True)
        if self.value and not _fits_type(self.type, self.value):
            yield Fault("/value", f"is no {self.type}")

    @property
    def record(self) -> Mapping[str, object]:
        """What the audit compares."""
        return {
            "branch": self.branch,
            "type": self.type,
            "value": self.value,
            "is_primary": self.is_primary,
        }


def checked(thing: Thing) -> Thing:
    """Return it; refuse it with every fault at once."""
    if faults := list(thing.faults()):
        raise InvalidInput(faults)
    return thing


def tidy(text: str | None) -> str | None:
    """Drop the spaces around a text; an empty one is none."""
    return (text or "").strip() or None


def require_no_clients(clients: int) -> None:
    """A branch with clients is closed, not deleted: its clients need another branch."""
    if clients:
        raise BranchInUse(
            f"The branch has {clients} clients; close it, which moves them to another branch.",
            clients=clients,
        )


# --- closing a branch


class ClosingEffect(StrEnum):
    """What closing a branch does, and to what."""

    CLIENT = "client"
    """A client moves to the other branch."""
    ROW = "row"
    """A row that is not done moves with its client (Y11)."""
    ASSIGNMENT = "assignment"
    """An assignment ends, because the officer lacks the other branch (A3)."""
    CONTACT = "contact"
    """A contact of the branch moves to the other branch."""
    PERSON = "person"
    """A person loses the branch from their territory (A2)."""


@frozen(kw_only=True)
class ClosingPlan:
    """What closing a branch would do at one moment."""

    counts: Mapping[ClosingEffect, int] = field(factory=dict)
    hash: str
    """Of the effects alone: no ids, no times."""
    examples: tuple[str, ...] = ()
    """Codes of some clients that move."""

    def count(self, effect: ClosingEffect) -> int:
        return self.counts.get(effect, 0)


# --- faults of single values


def _code_faults(code: str) -> Iterator[Fault]:
    if len(code) > LONGEST_CODE or not _CODE.fullmatch(code):
        message = (
            f"is at most {LONGEST_CODE} letters, digits, dots, hyphens and underscores, "
            "and begins with a letter or a digit"
        )
        yield Fault("/code", message)


def _text_faults(
    text: str | None, pointer: str, longest: int, *, required: bool = False
) -> Iterator[Fault]:
    if required and not text:
        yield Fault(pointer, "is empty")
    if text and (len(text) > longest or not text.isprintable()):
        yield Fault(pointer, f"must be text of at most {longest} characters on one line")


def _fits_type(type_: str, value: str) -> bool:
    if type_ == EMAIL:
        return is_email(value)
    return type_ != PHONE or len(_DIGITS.findall(value)) >= _FEWEST_DIGITS
