"""Hash passwords with argon2id, at the cost that OWASP recommends (U1).

The default of the library takes four lanes and 64 MiB: under a flood of sign-ins, every core of a
small machine. This cost takes one lane, 19 MiB and about 20 ms.
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
DUMMY_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1"
    "$wCadq4vusePfGx0A/O2r2Q$dbLB2A+2PQMkpk9JRbPg8fSPtqWVNwhqoAc2tgI4aig"
)
"""Verified in place of a missing password, so that this takes as long (U3).

The password was random and is forgotten. To hash one here would cost each process 20 ms.
"""


def hash_password(password: str) -> str:
    """Hash a password; the hash contains its salt and cost."""
    return _HASHER.hash(password)


def verify_password(hashed: str, password: str) -> bool:
    """Whether this is the password; false if the hash cannot be read."""
    try:
        return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _commonest() -> frozenset[str]:
    """Load zxcvbn's list of leaked passwords on first use: it takes 50 ms and some megabytes."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415 — see above

    return COMMON_PASSWORDS | frozenset(FREQUENCY_LISTS["passwords"])


@frozen
class Argon2Passwords:
    def hash(self, password: str) -> str:
        return hash_password(password)

    def verify(self, hashed: str | None, password: str) -> bool:
        right = verify_password(hashed or DUMMY_HASH, password)
        return right and hashed is not None

    def commonest(self) -> Set[str]:
        return _commonest()

    def is_outdated(self, hashed: str) -> bool:
        try:
            return _HASHER.check_needs_rehash(hashed)
        except InvalidHashError:
            return True


@define
class QueuedPasswords:
    """Hashes one password at a time, so that a flood of sign-ins takes one core.

    When `waiting` callers wait already, the next one gets Unavailable at once.
    """

    passwords: Passwords
    waiting: int = 20
    _turn: threading.Lock = field(factory=threading.Lock, init=False, repr=False)
    _places: threading.Semaphore = field(init=False, repr=False)

    @_places.default
    def _places_for_all(self) -> threading.Semaphore:
        return threading.Semaphore(self.waiting + 1)

    def hash(self, password: str) -> str:
        with self._in_turn():
            return self.passwords.hash(password)

    def verify(self, hashed: str | None, password: str) -> bool:
        with self._in_turn():
            return self.passwords.verify(hashed, password)

    def commonest(self) -> Set[str]:
        return self.passwords.commonest()

    def is_outdated(self, hashed: str) -> bool:
        return self.passwords.is_outdated(hashed)

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            message = "Too many people are signing in at this moment; try again."
            raise Unavailable("signing in", message, retry_after=1)
        try:
            with self._turn:
                yield
        finally:
            self._places.release()
