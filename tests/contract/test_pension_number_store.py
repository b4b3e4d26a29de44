"""What every store of pension numbers keeps to (C3)."""

from __future__ import annotations

from uuid import uuid4

import pytest

from clientupdater.adapters.local.clock import SetClock
from clientupdater.adapters.security.key_ring import KeyRing
from clientupdater.adapters.security.vault import Vault
from clientupdater.domain.access import Actor
from clientupdater.domain.access_scope import access_scope_of
from clientupdater.domain.errors import KeyMissing, NotFound
from clientupdater.domain.ids import ClientId
from clientupdater.domain.permissions import Permission
from clientupdater.ports.pension_numbers import LostKey
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.clients.client_access import ClientAccess
from clientupdater.usecases.clients.pension_numbers import PensionNumberAccess
from tests.support.builders import ANA, MANILA, manila
from tests.support.stores import VAULT, Store, newcomer

NUMBER = "03-1234567-8"
NOBODY_SEES = access_scope_of(Actor(ANA), Permission.CLIENTS_REVEAL)


def keep(store: Store, number: str = NUMBER) -> ClientId:
    """Put a client with a pension number into the book."""
    client = newcomer(store).id
    with store.work.begin(SYSTEM) as tx:
        tx.pension_numbers.keep(client, number)
    return client


def test_C3_a_number_is_shown_as_it_is_kept_without_its_dashes(store: Store) -> None:
    client = keep(store)
    with store.work.begin(SYSTEM) as tx:
        assert tx.pension_numbers.show(client) == "0312345678"


def test_a_client_without_a_number_and_an_unknown_client_have_none(store: Store) -> None:
    client = newcomer(store).id
    with store.work.begin(SYSTEM) as tx:
        assert tx.pension_numbers.show(client) is None
        assert tx.pension_numbers.show(ClientId(uuid4())) is None
        assert tx.pension_numbers.owners(NUMBER) == []
        with pytest.raises(NotFound):
            tx.pension_numbers.keep(ClientId(uuid4()), NUMBER)


@pytest.mark.parametrize("typed", [NUMBER, "0312345678", " 03 1234567 8 "])
def test_C3_its_owner_is_found_by_the_whole_number_however_it_is_typed(
    store: Store, typed: str
) -> None:
    client = keep(store)
    keep(store, "03-7654321-0")
    with store.work.begin(SYSTEM) as tx:
        assert tx.pension_numbers.owners(typed) == [client]
        assert tx.pension_numbers.owners("1234567") == []


def test_C3_everyone_with_the_number_is_found(store: Store) -> None:
    both = {keep(store), keep(store)}
    with store.work.begin(SYSTEM) as tx:
        assert set(tx.pension_numbers.owners(NUMBER)) == both


def test_C3_a_number_out_of_sight_is_neither_shown_nor_found_nor_kept(store: Store) -> None:
    client = keep(store)
    with store.work.begin(NOBODY_SEES) as tx:
        assert tx.pension_numbers.show(client) is None
        assert tx.pension_numbers.owners(NUMBER) == []
        with pytest.raises(NotFound):
            tx.pension_numbers.keep(client, "1")


def test_a_rollback_undoes_a_stored_number(store: Store) -> None:
    client = newcomer(store).id

    def go_wrong() -> None:
        with store.work.begin(SYSTEM) as tx:
            tx.pension_numbers.keep(client, NUMBER)
            assert tx.pension_numbers.show(client) == "0312345678"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        go_wrong()
    with store.work.begin(SYSTEM) as tx:
        assert tx.pension_numbers.show(client) is None


@pytest.mark.rule("C3")
def test_numbers_are_sealed_anew_batch_by_batch_and_once(store: Store) -> None:
    clients = [keep(store, f"{number:010}") for number in range(5)]
    newer = store.over(Vault(KeyRing({"newer": b"n" * 32, **VAULT.ring.keys}), VAULT.index_key))
    assert (
        PensionNumberAccess(ClientAccess(newer, SetClock(manila(5)), MANILA), batch=2).renew() == 5
    )
    assert (
        PensionNumberAccess(ClientAccess(newer, SetClock(manila(5)), MANILA), batch=2).renew() == 0
    )
    alone = store.over(Vault(KeyRing({"newer": b"n" * 32}), VAULT.index_key))
    with alone.begin(SYSTEM) as tx:
        assert [tx.pension_numbers.show(client) for client in clients] == [
            f"{number:010}" for number in range(5)
        ]
        assert tx.pension_numbers.owners("0000000003") == [clients[3]]


def test_C3_the_keys_are_named_that_numbers_are_sealed_with_and_that_are_not_there(
    store: Store,
) -> None:
    keep(store)
    with store.work.begin(SYSTEM) as tx:
        assert tx.pension_numbers.lost_keys() == []
    first = VAULT.ring.newest
    keys = {"another": b"a" * 32}
    with pytest.MonkeyPatch.context() as ring:
        ring.setattr(VAULT.ring, "keys", keys)
        with store.work.begin(SYSTEM) as tx:
            assert tx.pension_numbers.lost_keys() == [LostKey(first, 1, is_configured=False)]


def test_C3_a_key_of_the_right_name_that_opens_nothing_is_another_one(store: Store) -> None:
    keep(store)
    client = keep(store)
    first = VAULT.ring.newest
    impostor = store.over(Vault(KeyRing({first: b"x" * 32}), VAULT.index_key))
    with impostor.begin(SYSTEM) as tx:
        assert tx.pension_numbers.lost_keys() == [LostKey(first, 2, is_configured=True)]
        with pytest.raises(KeyMissing, match="does not open it"):
            tx.pension_numbers.show(client)


def test_C3_what_only_a_lost_key_opened_is_deleted_and_the_rest_stays(store: Store) -> None:
    lost = [keep(store, f"{number:010}") for number in range(3)]
    newer = store.over(Vault(KeyRing({"newer": b"n" * 32}), VAULT.index_key))
    kept = newcomer(store).id
    with newer.begin(SYSTEM) as tx:
        tx.pension_numbers.keep(kept, NUMBER)
    numbers = PensionNumberAccess(ClientAccess(newer, SetClock(manila(5)), MANILA), batch=2)
    assert numbers.forget("newer") == 0
    assert numbers.forget(VAULT.ring.newest) == 3
    assert numbers.find_lost_keys() == []
    with newer.begin(SYSTEM) as tx:
        assert [tx.pension_numbers.show(client) for client in lost] == [None] * 3
        assert tx.pension_numbers.show(kept) == "0312345678"


def test_C3_a_new_index_key_finds_numbers_once_they_are_indexed_anew(store: Store) -> None:
    client = keep(store)
    indexed = store.over(Vault(VAULT.ring, b"j" * 32))
    numbers = PensionNumberAccess(ClientAccess(indexed, SetClock(manila(5)), MANILA))
    with indexed.begin(SYSTEM) as tx:
        assert tx.pension_numbers.owners(NUMBER) == []
    assert (numbers.renew(), numbers.renew()) == (1, 0)
    with indexed.begin(SYSTEM) as tx:
        assert tx.pension_numbers.owners(NUMBER) == [client]
