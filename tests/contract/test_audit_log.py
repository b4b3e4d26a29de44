"""What every keeper of logs and audits keeps to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from clientupdater.domain.access import Actor, ClientPlace, Grant, decide
from clientupdater.domain.access_scope import visible_scope_of
from clientupdater.domain.callers import Caller, Origin
from clientupdater.domain.errors import NotFound
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.ports.audit import ConfigurationChange, LoggedAction, RightsChange
from clientupdater.ports.unit_of_work import SYSTEM
from tests.support.audit_fixture import Line
from tests.support.builders import ANA, BEN, DAVAO
from tests.support.stores import newcomer

if TYPE_CHECKING:
    from clientupdater.ports.unit_of_work import Transaction
    from tests.support.stores import Store

ORIGIN = Origin(interface="http", request_id="request-1", ip_address="192.0.2.1", user_agent="T")
CALLER = Caller(Actor(ANA), ORIGIN)
RECORDED = LoggedAction(
    action="status.record", resource="client", resource_id="1", details={"version": 4}
)


def test_L1_an_action_is_logged_with_its_caller(store: Store) -> None:
    with store.work.begin(SYSTEM) as tx:
        tx.audit.log_action(CALLER, RECORDED)
    assert store.lines() == [Line("activity", ANA, "status.record", "client 1", {"version": "4"})]


def test_L1_an_operators_action_is_logged_without_a_person(store: Store) -> None:
    with store.work.begin(SYSTEM) as tx:
        tx.audit.log_operation(Origin(), RECORDED)
    assert store.lines() == [Line("activity", None, "status.record", "client 1", {"version": "4"})]


def test_L1_ids_among_the_details_are_logged_as_text(store: Store) -> None:
    entry = LoggedAction(action="a.b", resource="client", resource_id="1", details={"officer": BEN})
    with store.work.begin(SYSTEM) as tx:
        tx.audit.log_action(CALLER, entry)
    (line,) = store.lines()
    assert line.details == {"officer": str(BEN)}


def test_L1_a_transaction_that_is_rolled_back_has_logged_nothing(store: Store) -> None:
    with pytest.raises(NotFound), store.work.begin(SYSTEM) as tx:
        _log_and_fail(tx)
    assert store.lines() == []


def _log_and_fail(tx: Transaction) -> None:
    tx.audit.log_action(CALLER, RECORDED)
    raise NotFound


def test_A5_a_refusal_is_audited_with_the_grants_found_and_what_was_missing(store: Store) -> None:
    client = newcomer(store)
    own = Grant(Permission.STATUS_UPDATE, None, Scope.SELF)
    actor = Actor(ANA, grants=frozenset({own}))
    decision = decide(
        actor, Permission.STATUS_UPDATE, ClientPlace(client.company, client.branch, None)
    )
    with store.work.begin(visible_scope_of(actor)) as tx:
        of = client.company
        tx.audit.log_refusal(Caller(actor, ORIGIN), decision, "client", str(client.id), of)
    values = {
        "permission": "status:update",
        "missing": "the scope is self, and the client is assigned to another person",
        "company": str(client.company),
        "grants": ["status:update"],
    }
    assert store.lines() == [Line("authorization", ANA, "refused", f"client {client.id}", values)]


def test_L1_a_change_of_rights_is_logged_with_its_values_before_and_after(store: Store) -> None:
    change = RightsChange(
        decision="changed",
        person=BEN,
        resource="grant",
        resource_id="status:read",
        permission="status:read",
        company=store.fcash,
        before={"scope": "self"},
        after={"scope": "area"},
    )
    with store.work.begin(SYSTEM) as tx:
        tx.audit.log_rights_change(CALLER, change)
    values = {"person": BEN, "before": {"scope": "self"}, "after": {"scope": "area"}}
    assert store.lines() == [Line("authorization", ANA, "changed", "grant status:read", values)]


def test_L1_a_change_of_configuration_is_logged_with_its_values(store: Store) -> None:
    created = ConfigurationChange(table="areas", record="1", after={"code": "NCR"})
    renamed = ConfigurationChange(
        table="branches", record="2", before={"name": "Davao"}, after={"name": "Davao City"}
    )
    with store.work.begin(SYSTEM) as tx:
        tx.audit.log_configuration(CALLER, created, renamed)
    names = {"before": {"name": "Davao"}, "after": {"name": "Davao City"}}
    assert store.lines() == [
        Line("configuration", ANA, "create", "areas 1", {"before": None, "after": {"code": "NCR"}}),
        Line("configuration", ANA, "update", "branches 2", names),
    ]


def test_L1_a_look_at_personal_data_is_logged_with_the_client(store: Store) -> None:
    client = newcomer(store)
    with store.work.begin(SYSTEM) as tx:
        tx.audit.log_access(CALLER, "revealed", client.id, "clients.pension_number")
    assert store.lines() == [Line("access", ANA, "revealed", f"clients.pension_number {client.id}")]


def test_A5_no_access_is_logged_to_a_client_outside_the_scope(store: Store) -> None:
    client = newcomer(store, branch=DAVAO)
    blind = Actor(ANA, grants=frozenset({Grant(Permission.CLIENTS_READ, None, Scope.BRANCH)}))
    with pytest.raises(NotFound), store.work.begin(visible_scope_of(blind)) as tx:
        tx.audit.log_access(Caller(blind), "revealed", client.id, "clients.pension_number")
    assert store.lines() == []
