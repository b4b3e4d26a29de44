"""How passwords are kept, and made up."""

from __future__ import annotations

from clientupdater.adapters.madeup.passwords import readable_password
from clientupdater.adapters.security.passwords import hash_password, verify_password
from clientupdater.domain.people import check_password


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
