"""How passwords are kept, and made up."""

from __future__ import annotations

import threading

from attrs import define, field

from clientupdater.adapters.security.passwords import (
    DUMMY_HASH,
    Argon2Passwords,
    QueuedPasswords,
    hash_password,
    verify_password,
)
from clientupdater.domain.errors import Unavailable
from clientupdater.domain.people import check_password
from clientupdater.runtime.random_secrets import readable_password


def test_U1_a_password_is_kept_as_argon2id_at_the_cost_decided_for_it() -> None:
    assert hash_password("one that is long").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_password_fits_its_own_hash_and_no_other() -> None:
    kept = hash_password("Peña of the hills")
    assert verify_password(kept, "Peña of the hills")
    assert not verify_password(kept, "Pena of the hills")


def test_the_same_password_is_never_kept_alike_twice() -> None:
    assert hash_password("one that is long") != hash_password("one that is long")


def test_with_a_hash_that_cannot_be_read_no_password_is_right() -> None:
    assert not verify_password("", "anything")
    assert not verify_password("$2b$12$not.of.ours", "anything")


def test_a_made_up_password_is_long_random_and_good_enough_for_a_person() -> None:
    made_up = {readable_password() for _ in range(50)}
    assert len(made_up) == 50
    for password in made_up:
        assert len(password.replace("-", "")) >= 16
        check_password(password, "somebody@demo.example")


def test_U3_without_a_password_the_answer_is_no_and_a_word_is_verified_all_the_same() -> None:
    assert not Argon2Passwords().verify(None, "nobody's")
    assert Argon2Passwords().verify(hash_password("a word"), "a word")
    assert not Argon2Passwords().is_outdated(DUMMY_HASH), "it takes another time to verify"


def test_a_hash_of_another_cost_or_none_of_ours_is_outdated() -> None:
    assert not Argon2Passwords().is_outdated(hash_password("a word"))
    assert Argon2Passwords().is_outdated("$2b$12$not.of.ours")


@define
class Slow:
    """Passwords that take until the test ends them, and count concurrent calls."""

    ended: threading.Event = field(factory=threading.Event)
    at_it: int = 0
    most: int = 0

    def hash(self, password: str) -> str:
        self.at_it += 1
        self.most = max(self.most, self.at_it)
        self.ended.wait(10)
        self.at_it -= 1
        return password

    def verify(self, hashed: str | None, password: str) -> bool:
        return hashed == self.hash(password)

    def commonest(self) -> frozenset[str]:
        return frozenset()

    def is_outdated(self, hashed: str) -> bool:
        return not hashed


def test_one_password_is_hashed_at_a_time_and_a_full_queue_refuses_at_once() -> None:
    slow = Slow()
    in_turn = QueuedPasswords(slow, waiting=2)
    refused: list[Unavailable] = []

    def hashes(word: str) -> None:
        try:
            in_turn.hash(word)
        except Unavailable as error:
            refused.append(error)
            slow.ended.set()

    threads = [threading.Thread(target=hashes, args=(str(number),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (slow.most, len(refused)) == (1, 1)
    assert refused[0].details == {"retry_after": 1}
    assert in_turn.verify("a word", "a word")
