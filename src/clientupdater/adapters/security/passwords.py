"""Passwords as they are kept: argon2id, at the cost that OWASP names for it (U1).

The library's own default takes four lanes and 64 MiB, which under a flood of sign-ins is every
core of a small machine; this one takes a single lane, 19 MiB and some 20 ms.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from attrs import define, field, frozen

from clientupdater.domain.common_passwords import COMMON_PASSWORDS
from clientupdater.domain.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

    from clientupdater.ports.passwords import Passwords

_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, type=Type.ID)
_NOBODYS = _HASHER.hash("nobody's")
"""Verified where there is no password, so that this takes as long (U3)."""


def hash_password(password: str) -> str:
    """Make what is kept instead of the password; it carries its own salt and cost."""
    return _HASHER.hash(password)


def verify_password(hashed: str, password: str) -> bool:
    """Tell whether this is the password; with a hash that cannot be read, none is."""
    try:
        return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _commonest() -> frozenset[str]:
    """Read the list of zxcvbn, of leaked passwords by how often they are taken, when it is asked.

    That takes 50 ms and some megabytes, which no command needs that sets no password.
    """
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415 — as said

    return COMMON_PASSWORDS | frozenset(FREQUENCY_LISTS["passwords"])


@frozen
class Argon2Passwords:
    """Hashes with argon2id."""

    def hash(self, password: str) -> str:
        """Make what is kept instead of a password."""
        return hash_password(password)

    def verify(self, hashed: str | None, password: str) -> bool:
        """Tell whether this is the password; without a hash it is not, at the same cost."""
        right = verify_password(hashed or _NOBODYS, password)
        return right and hashed is not None

    def commonest(self) -> Set[str]:
        """Give the passwords that guessers try first."""
        return _commonest()

    def is_outdated(self, hashed: str) -> bool:
        """Tell whether it was kept at another cost than today's."""
        try:
            return _HASHER.check_needs_rehash(hashed)
        except InvalidHashError:
            return True


@define
class QueuedPasswords:
    """Passwords, one hash at a time: a flood of sign-ins leaves the other cores to all others.

    Whoever comes when `waiting` others wait already is told to try again, at once.
    """

    passwords: Passwords
    waiting: int = 20
    _turn: threading.Lock = field(factory=threading.Lock, init=False, repr=False)
    _places: threading.Semaphore = field(init=False, repr=False)

    @_places.default
    def _enough_places(self) -> threading.Semaphore:
        return threading.Semaphore(self.waiting + 1)

    def hash(self, password: str) -> str:
        """Make what is kept instead of a password, in turn."""
        with self._in_turn():
            return self.passwords.hash(password)

    def verify(self, hashed: str | None, password: str) -> bool:
        """Tell whether this is the password, in turn."""
        with self._in_turn():
            return self.passwords.verify(hashed, password)

    def commonest(self) -> Set[str]:
        """Give the passwords that guessers try first; that waits for nobody."""
        return self.passwords.commonest()

    def is_outdated(self, hashed: str) -> bool:
        """Tell whether it was kept at another cost: that takes no time."""
        return self.passwords.is_outdated(hashed)

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            message = "Too many are signing in at this moment; try again."
            raise Unavailable("signing in", message, retry_after=1)
        try:
            with self._turn:
                yield
        finally:
            self._places.release()
