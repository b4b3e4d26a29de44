"""A client's contact numbers: what staff correct, and how a conflict is settled (C1, C2).

`domain/sync/contacts.py` decides over one number. This module changes both numbers of a client at
once, and checks what a person may enter.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from clientupdater.domain.errors import Fault, InvalidInput
from clientupdater.domain.sync.fields import CONTACTS, Field
from clientupdater.domain.sync.plan import FieldChange
from clientupdater.domain.sync.transforms import Lookups, ph_number

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from clientupdater.domain.ids import ClientId
    from clientupdater.domain.sync.contacts import Contact

LONGEST_NUMBER = 50
#: What a number is written with, and the extension that may follow it.
_WRITTEN = re.compile(r"[+(]{0,2}[0-9][0-9 ().\u002d/\u2010-\u2015]*")
_EXTENSION = re.compile(r"\s*(?:local|loc|ext|x)\.?\s*[0-9]{1,6}$", re.IGNORECASE)
#: A landline without its area code has seven digits; no number in the world has more than 15.
_FEWEST_DIGITS, _MOST_DIGITS = 7, 15
_NO_LOOKUPS = Lookups()


class Settlement(StrEnum):
    """How a conflict between a correction and a source is settled."""

    KEEP_OURS = "keep_ours"
    TAKE_THEIRS = "take_theirs"


def checked_number(text: str, pointer: str) -> str:
    """Normalise a number for storage: +63 if it is Philippine, else as typed (C1).

    What can be no telephone number is refused; null, not a blank, takes a number away.
    """
    typed = " ".join(text.split())
    bare = _EXTENSION.sub("", typed)
    digits = sum(each.isdigit() for each in bare)
    fits = _FEWEST_DIGITS <= digits <= _MOST_DIGITS and len(typed) <= LONGEST_NUMBER
    if not fits or not _WRITTEN.fullmatch(bare):
        raise InvalidInput.of(
            pointer, "is no telephone number, such as 0917 123 4567 or (02) 8123 4567 loc. 12"
        )
    return str(ph_number(typed, _NO_LOOKUPS))


@frozen(kw_only=True)
class ContactCard:
    """Both numbers of a client, each beside what the source says, at a version of the client."""

    client: ClientId
    version: int
    numbers: Mapping[Field, Contact] = field(repr=False)

    @property
    def in_conflict(self) -> frozenset[Field]:
        """The numbers for which the source has said something new (C1)."""
        return frozenset(each for each in CONTACTS if self.numbers[each].conflict)

    def corrected(self, corrections: Mapping[Field, str | None]) -> ContactCard:
        """Correct these numbers by hand; None removes one (C1)."""
        result = _checked(corrections)
        numbers = {each: self.numbers[each].corrected_to(number) for each, number in result.items()}
        return evolve(self, numbers={**self.numbers, **numbers})

    def settled(self, how: Settlement, only: Collection[Field] | None = None) -> ContactCard:
        """Settle every conflict, or those of some numbers (C1).

        A named number follows the source from now on even if no conflict is flagged."""
        chosen = self.in_conflict if only is None else only
        numbers = {each: _settled(self.numbers[each], how) for each in chosen}
        return evolve(self, numbers={**self.numbers, **numbers})

    def changes_to(self, after: ContactCard) -> tuple[FieldChange, ...]:
        """List the numbers in force that would be others: one row of history each (C2)."""
        return tuple(
            FieldChange(str(each), self.numbers[each].value, after.numbers[each].value)
            for each in sorted(CONTACTS)
            if self.numbers[each].value != after.numbers[each].value
        )


def _checked(corrections: Mapping[Field, str | None]) -> dict[Field, str | None]:
    """Check every number, and report all faults at once."""
    values: dict[Field, str | None] = {}
    faults: list[Fault] = []
    for each, text in corrections.items():
        try:
            values[each] = None if text is None else checked_number(text, f"/{each}")
        except InvalidInput as error:
            faults.extend(error.faults)
    if faults:
        raise InvalidInput(faults)
    return values


def _settled(number: Contact, how: Settlement) -> Contact:
    """Settle one number; an uncorrected one has nothing to settle."""
    if not number.corrected:
        return number
    return number.keeping_ours() if how is Settlement.KEEP_OURS else number.taking_theirs()
