"""Passwords, and the lock that stops guessing (U3, U4, U6)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.common_passwords import COMMON_PASSWORDS
from clientupdater.domain.errors import Fault, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Collection, Set

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128
ONE_TIME_LIFETIME = timedelta(hours=72)

PRODUCT = "clientupdater"
_SHORTEST_WORD = 4
_SHORTEST_NAME = 3
_ENDS = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_NO_LETTERS = re.compile(r"[\W\d_]+")
_STAND_FOR = str.maketrans("@4301!5$7", "aaeoiisst")


# --- signing in


@frozen
class LockoutPolicy:
    """How many failures lock an account, and for how long (U3)."""

    max_failures: int = 5
    lock_for: timedelta = timedelta(minutes=15)


@frozen
class SignInRecord:
    """An account's failures, and until when it is locked (U3)."""

    failures: int = 0
    locked_until: datetime | None = None

    def is_locked(self, now: datetime) -> bool:
        """Whether signing in is locked; open sessions continue."""
        return self.locked_until is not None and now < self.locked_until

    def after_failure(self, now: datetime, policy: LockoutPolicy) -> SignInRecord:
        """Count a failure; the last allowed one locks the account.

        A locked account counts no failures, or a guesser could keep it locked for ever. Once the
        lock has ended, the count begins anew.
        """
        if self.is_locked(now):
            return self
        failures = 1 if self.locked_until is not None else self.failures + 1
        locked = failures >= policy.max_failures
        return SignInRecord(failures, now + policy.lock_for if locked else None)


# --- while the password must change


class Act(StrEnum):
    """What a session is about to do, as far as U4 distinguishes it."""

    CHANGE_PASSWORD = "change_password"  # noqa: S105
    SIGN_OUT = "sign_out"
    OTHER = "other"


def is_barred(act: Act, *, must_change_password: bool) -> bool:
    """Whether the action must wait until the password is changed (U4)."""
    return must_change_password and act is Act.OTHER


# --- passwords


@frozen
class Guesses:
    """What guessers try first: the commonest passwords, and the organisation's names."""

    common: Set[str] = COMMON_PASSWORDS
    names: Collection[str] = ()


NO_MORE_GUESSES = Guesses()


def password_faults(
    password: str, email: str, pointer: str = "/password", guesses: Guesses = NO_MORE_GUESSES
) -> tuple[Fault, ...]:
    """Give all faults of a new password; there are no rules of composition (U6)."""
    return tuple(Fault(pointer, item) for item in _complaints(password, email, guesses))


def check_password(
    password: str, email: str, pointer: str = "/password", guesses: Guesses = NO_MORE_GUESSES
) -> None:
    """Raise InvalidInput if a new password has faults (U6)."""
    faults = password_faults(password, email, pointer, guesses)
    if faults:
        raise InvalidInput(faults)


def _complaints(password: str, email: str, guesses: Guesses) -> list[str]:
    items = []
    if len(password) < SHORTEST_PASSWORD:
        items.append(f"must have at least {SHORTEST_PASSWORD} characters")
    if len(password) > LONGEST_PASSWORD:
        return [f"must have at most {LONGEST_PASSWORD} characters"]
    folded = password.casefold()
    if _is_common(folded, guesses.common):
        items.append("is among the commonest; choose another")
    elif _is_little_more_than_a_name(folded, guesses):
        items.append("is little more than a name that everybody here knows; choose another")
    address = email.strip().casefold()
    if folded.strip() in {address, address.partition("@")[0]}:
        items.append("must not be the email or its name")
    return items


def _is_common(folded: str, common: Set[str]) -> bool:
    """Whether it is a common word, or its repetition, between digits and signs."""
    if folded in COMMON_PASSWORDS or folded in common:
        return True
    core = _core(folded)
    if len(core) < _SHORTEST_WORD:
        return False
    units = (core[:size] for size in range(_SHORTEST_WORD, len(core) + 1))
    return any(unit * (len(core) // len(unit)) == core and unit in common for unit in units)


def _is_little_more_than_a_name(folded: str, guesses: Guesses) -> bool:
    core = rest = _core(folded)
    names = {_core(name.casefold()) for name in (PRODUCT, *guesses.names)}
    for name in sorted(names, key=len, reverse=True):
        rest = rest.replace(name, "") if len(name) >= _SHORTEST_NAME else rest
    return rest != core and (len(rest) < _SHORTEST_WORD or rest in guesses.common)


def _core(folded: str) -> str:
    """Remove digits and signs from both ends; read those within as the letters they imitate."""
    return _NO_LETTERS.sub("", _ENDS.sub("", folded).translate(_STAND_FOR))


@frozen
class OneTimePassword:
    """An initial password or a reset: valid once, within 72 hours (U6)."""

    issued_at: datetime
    used_at: datetime | None = None

    @property
    def expires_at(self) -> datetime:
        return self.issued_at + ONE_TIME_LIFETIME

    def is_good(self, now: datetime) -> bool:
        return self.used_at is None and now < self.expires_at
