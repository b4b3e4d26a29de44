"""Letting people in: one answer for all who are not, and every secret good once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import psycopg
import pytest
from argon2 import PasswordHasher

from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.adapters.security.passwords import hash_password
from clientupdater.domain.access import Actor
from clientupdater.domain.accounts import fingerprint
from clientupdater.domain.callers import Caller, Origin
from clientupdater.domain.errors import InvalidCredentials, InvalidInput, Unauthenticated
from clientupdater.domain.people import Act
from clientupdater.usecases.people.users import NewUser
from tests.support.staff_fixture import NOW, Staff, staffed
from tests.support.waiting import WAITING_FOR_A_LOCK, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientupdater.domain.ids import PersonId
    from clientupdater.usecases.people.sign_in import SignedIn
    from tests.support.servers import Database

HERE = Origin(interface="test")
WORD = "a word that is long"
KEPT = hash_password(WORD)
EMAIL = "ana@example.com"


@pytest.fixture
def staff(database: Database) -> Iterator[Staff]:
    with staffed(database, ZoneInfo("Asia/Manila")) as opened:
        yield opened


def ana_of(staff: Staff, *grants: str, **columns: object) -> PersonId:
    return staff.hire(*grants, **{"email": EMAIL, "password_hash": KEPT, **columns})


def signs_in(staff: Staff, password: str = WORD, email: str = EMAIL) -> SignedIn:
    return staff.app.people.sign_in(email, password, HERE)


def is_refused(staff: Staff, password: str = WORD, email: str = EMAIL) -> str:
    with pytest.raises(InvalidCredentials) as refused:
        signs_in(staff, password, email)
    return str(refused.value)


def test_U2_a_token_is_shown_once_kept_hashed_and_lets_in(staff: Staff) -> None:
    ana = ana_of(staff)
    opened = signs_in(staff, email=" ANA@example.com ")
    assert opened.token not in repr(opened)
    assert len(opened.token) >= 43
    assert opened.expires_at == NOW + timedelta(days=7)
    assert opened.idle_seconds == 12 * 3600
    assert staff.one("select session_token from user_sessions") == fingerprint(opened.token)
    assert staff.app.people.authenticate(opened.token, HERE).person.id == ana


def test_U3_success_counts_from_nothing_and_notes_the_sign_in(staff: Staff) -> None:
    ana_of(staff, failed_login_count=3)
    signs_in(staff)
    kept = "select row(failed_login_count, login_count, last_login_at = %s)::text from users"
    assert staff.one(kept, NOW) == "(0,1,t)"


def test_U3_five_failures_lock_for_fifteen_minutes_and_open_sessions_go_on(staff: Staff) -> None:
    ana_of(staff)
    token = signs_in(staff).token
    for _ in range(5):
        is_refused(staff, "wrong")
    is_refused(staff)
    assert staff.app.people.authenticate(token, HERE).person.email == EMAIL
    staff.clock.forward(minutes=14)
    is_refused(staff)
    staff.clock.forward(minutes=1)
    assert signs_in(staff).token


def test_U3_the_answer_is_the_same_whatever_it_is_that_does_not_fit(staff: Staff) -> None:
    ana_of(staff)
    staff.hire(email="locked@example.com", password_hash=KEPT, locked_until=NOW + timedelta(1))
    staff.hire(email="gone@example.com", password_hash=KEPT, is_active=False)
    staff.hire(email="clerk@example.com")
    names = {is_refused(staff, "wrong")}
    for email in ("nobody@example.com", "locked@example.com", "gone@example.com"):
        names.add(is_refused(staff, email=email))
    names.add(is_refused(staff, email="clerk@example.com"))
    names.add(is_refused(staff, email="no\0body"))
    assert len(names) == 1


def test_L1_every_failure_is_logged_without_unknown_emails(staff: Staff) -> None:
    ana = ana_of(staff)
    is_refused(staff, "wrong")
    is_refused(staff, email="nobody@example.com")
    logged = staff.one(
        "select jsonb_agg(jsonb_build_array(resource_id, details->>'because') order by resource_id)"
        " from activity_logs where action = 'session.refuse'"
    )
    assert logged == [[str(ana), "wrong password"], [None, "unknown"]]


def test_U3_many_guesses_at_once_count_like_guesses_in_a_row(staff: Staff) -> None:
    ana_of(staff)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: is_refused(staff, "wrong"), range(8)))
    assert staff.one("select failed_login_count from users where email = %s", EMAIL) == 5
    is_refused(staff)


def test_a_password_kept_at_another_cost_is_kept_anew(staff: Staff) -> None:
    ana_of(
        staff, password_hash=PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(WORD)
    )
    signs_in(staff)
    assert "m=19456,t=2,p=1" in staff.one("select password_hash from users")
    assert signs_in(staff).token


def test_U2_signing_out_ends_the_session(staff: Staff) -> None:
    ana_of(staff)
    here = staff.app.people.authenticate(signs_in(staff).token, HERE)
    token = signs_in(staff).token
    result = staff.app.people.authenticate(token, HERE)
    staff.app.people.sessions.sign_out(result.caller, result.session.id)
    with pytest.raises(Unauthenticated):
        staff.app.people.authenticate(token, HERE)
    left = staff.app.people.sessions.list(here.caller, here.person.id)
    assert [each.id for each in left] == [here.session.id]


def test_U2_users_revoke_their_own_sessions(staff: Staff) -> None:
    ana_of(staff)
    token = signs_in(staff).token
    here = staff.app.people.authenticate(signs_in(staff).token, HERE)
    there = staff.app.people.authenticate(token, HERE)
    staff.app.people.sessions.revoke(here.caller, here.person.id, there.session.id)
    with pytest.raises(Unauthenticated):
        staff.app.people.authenticate(token, HERE)


def test_U2_a_change_of_password_ends_every_session_but_its_own(staff: Staff) -> None:
    ana_of(staff)
    others = [signs_in(staff).token for _ in range(2)]
    mine = signs_in(staff).token
    here = staff.app.people.authenticate(mine, HERE)
    change = staff.app.people.passwords.change
    with pytest.raises(InvalidInput, match="current_password"):
        change(here.caller, here.session.id, "wrong", "another word, as long")
    with pytest.raises(InvalidInput, match="new_password"):
        change(here.caller, here.session.id, WORD, "short")
    change(here.caller, here.session.id, WORD, "another word, as long")
    assert staff.app.people.authenticate(mine, HERE).session.id == here.session.id
    for token in others:
        with pytest.raises(Unauthenticated):
            staff.app.people.authenticate(token, HERE)
    is_refused(staff)
    assert signs_in(staff, "another word, as long").token


def test_U3_an_open_session_is_no_way_to_guess_the_password(staff: Staff) -> None:
    ana_of(staff)
    here = staff.app.people.authenticate(signs_in(staff).token, HERE)
    for word in [*["wrong"] * 5, WORD]:
        with pytest.raises(InvalidInput, match="current_password"):
            staff.app.people.passwords.change(here.caller, None, word, "another word, as long")


def test_U6_an_initial_password_is_good_once_and_must_be_changed(staff: Staff) -> None:
    boss = Caller(Actor(staff.hire("users:manage all")), HERE)
    made = staff.app.people.users.create(boss, NewUser(email=EMAIL, first_name="Ana"))
    assert made.initial_password not in repr(made)
    opened = signs_in(staff, made.initial_password)
    assert opened.person.must_change_password
    is_refused(staff, made.initial_password)
    here = staff.app.people.authenticate(opened.token, HERE, Act.CHANGE_PASSWORD)
    staff.app.people.passwords.change(
        here.caller, here.session.id, made.initial_password, "a word of my own"
    )
    assert not staff.app.people.authenticate(opened.token, HERE).must_change_password
    assert signs_in(staff, "a word of my own").token


def test_U6_an_initial_password_works_once_even_when_many_try_at_once(staff: Staff) -> None:
    boss = Caller(Actor(staff.hire("users:manage all")), HERE)
    word = staff.app.people.users.create(boss, NewUser(email=EMAIL)).initial_password

    def gets_in(_: int) -> bool:
        try:
            return bool(signs_in(staff, word).token)
        except InvalidCredentials:
            return False

    with ThreadPoolExecutor(3) as pool, psycopg.connect(staff.url) as other:
        other.execute("select from users where email = %s for update", (EMAIL,))
        tried = [pool.submit(gets_in, number) for number in range(3)]
        wait_until(lambda: staff.one(WAITING_FOR_A_LOCK) == 3)
        other.rollback()
        assert sorted(each.result() for each in tried) == [False, False, True]


def test_U6_an_initial_password_expires_in_72_hours(staff: Staff) -> None:
    boss = Caller(Actor(staff.hire("users:manage all")), HERE)
    made = staff.app.people.users.create(boss, NewUser(email=EMAIL))
    assert made.expires_at == NOW + timedelta(hours=72)
    staff.clock.forward(hours=72)
    is_refused(staff, made.initial_password)


def test_U6_a_reset_sets_a_password_once_and_ends_every_session(staff: Staff) -> None:
    ana = ana_of(staff)
    token = signs_in(staff).token
    boss = Caller(Actor(staff.hire("users:manage all")), HERE)
    older = staff.app.people.passwords.reset(boss, ana)
    reset = staff.app.people.passwords.reset(boss, ana)
    assert reset.token not in repr(reset)
    redeem = staff.app.people.passwords.redeem
    with pytest.raises(InvalidInput):
        redeem(reset.token, "short", HERE)
    with pytest.raises(InvalidCredentials):
        redeem(older.token, "a word of my own", HERE)
    redeem(reset.token, "a word of my own", HERE)
    with pytest.raises(InvalidCredentials):
        redeem(reset.token, "yet another word", HERE)
    with pytest.raises(Unauthenticated):
        staff.app.people.authenticate(token, HERE)
    assert signs_in(staff, "a word of my own").token


def test_U6_a_reset_is_used_once_also_when_two_use_it_at_once(staff: Staff) -> None:
    ana = ana_of(staff)
    boss = Caller(Actor(staff.hire("users:manage all")), HERE)
    token = staff.app.people.passwords.reset(boss, ana).token

    def redeem(word: str) -> bool:
        try:
            staff.app.people.passwords.redeem(token, word, HERE)
        except InvalidCredentials:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        used = list(pool.map(redeem, [f"a word of number {n}" for n in range(4)]))
    assert sorted(used) == [False, False, False, True]


def test_U6_an_initial_password_locks_the_person_before_their_reset(staff: Staff) -> None:
    """As a reset does: in two orders, the two would wait for each other."""
    ana = ana_of(staff)
    boss = Caller(Actor(staff.hire("users:manage all")), HERE)
    staff.app.people.passwords.reset(boss, ana)
    with ThreadPoolExecutor(1) as pool, psycopg.connect(staff.url) as reset:
        reset.execute("select from users where id = %s for update", [ana])
        setting = pool.submit(
            staff.app.people.passwords.set_initial, boss, ana, "a word to begin with"
        )
        wait_until(lambda: staff.one(WAITING_FOR_A_LOCK) == 1)
        reset.execute("select from one_time_passwords where user_id = %s for update nowait", [ana])
        reset.rollback()
        setting.result()
    assert signs_in(staff, "a word to begin with").token


def test_U6_a_reset_expires_in_72_hours_and_with_the_account(staff: Staff) -> None:
    ana = ana_of(staff)
    boss = Caller(Actor(staff.hire("users:manage all")), HERE)
    token = staff.app.people.passwords.reset(boss, ana).token
    staff.run("update users set is_active = false where id = %s", ana)
    with pytest.raises(InvalidCredentials):
        staff.app.people.passwords.redeem(token, "a word of my own", HERE)
    staff.run("update users set is_active = true where id = %s", ana)
    staff.clock.forward(hours=72)
    with pytest.raises(InvalidCredentials):
        staff.app.people.passwords.redeem(token, "a word of my own", HERE)


@pytest.mark.rule("A6")
def test_A6_a_reset_opens_nothing_that_was_given_to_the_other_since(staff: Staff) -> None:
    ana = ana_of(staff)
    boss = Caller(Actor(staff.hire("users:manage all")), HERE)
    token = staff.app.people.passwords.reset(boss, ana).token
    staff.grant(ana, "audit:read", "all")
    with pytest.raises(InvalidCredentials):
        staff.app.people.passwords.redeem(token, "a word of my own", HERE)


@pytest.mark.rule("A6")
def test_A6_an_initial_password_opens_nothing_that_was_given_since(staff: Staff) -> None:
    boss = Caller(Actor(staff.hire("users:manage all")), HERE)
    made = staff.app.people.users.create(boss, NewUser(email=EMAIL))
    staff.grant(made.person.id, "audit:read", "all")
    is_refused(staff, made.initial_password)


@pytest.mark.rule("U6")
@pytest.mark.parametrize("word", ["FCASH-2026-11-28", "Clientupdater!", "P@ssw0rd-2026!"])
def test_U6_no_verb_accepts_a_common_password(staff: Staff, word: str) -> None:
    ana, app = ana_of(staff), staff.app
    boss = Caller(Actor(staff.hire("users:manage all")), HERE)
    reset = app.people.passwords.reset(boss, ana)
    here = app.people.authenticate(signs_in(staff).token, HERE)
    with pytest.raises(InvalidInput, match="choose another"):
        app.people.passwords.redeem(reset.token, word, HERE)
    with pytest.raises(InvalidInput, match="choose another"):
        app.people.passwords.change(here.caller, here.session.id, WORD, word)
    with pytest.raises(InvalidInput, match="choose another"):
        app.people.passwords.set_initial(boss, ana, word)
    assert signs_in(staff).token


# --- what another made out, when rights change afterwards


def manager_and_ana(staff: Staff) -> tuple[Caller, PersonId]:
    """Give a manager over a branch, and a person of that branch."""
    manager = Caller(Actor(staff.hire("users:manage branch", "clients:read branch FCASH")), HERE)
    ana = ana_of(staff, "clients:read branch FCASH")
    staff.branch(manager.actor.id, ana)
    return manager, ana


def lets_in(staff: Staff, token: str) -> bool:
    try:
        staff.app.people.authenticate(token, HERE)
    except Unauthenticated:
        return False
    return True


def grows_by_a_grant(staff: Staff, ana: PersonId) -> None:
    staff.grant(ana, "audit:read", "all")


def grows_by_a_branch(staff: Staff, ana: PersonId) -> None:
    staff.branch(ana)


@pytest.mark.rule("A6")
@pytest.mark.parametrize("grows", [grows_by_a_grant, grows_by_a_branch])
def test_A6_a_services_token_ends_when_its_holder_outgrows_its_maker(
    staff: Staff, grows: Callable[[Staff, PersonId], None]
) -> None:
    manager, ana = manager_and_ana(staff)
    token = staff.app.people.sessions.issue_token(manager, ana, timedelta(30)).token
    assert lets_in(staff, token)
    grows(staff, ana)
    assert not lets_in(staff, token)


@pytest.mark.rule("A6")
@pytest.mark.parametrize(
    "shrinks",
    [
        "delete from user_permissions where user_id = %s and scope = 'branch'",
        "delete from user_branches where user_id = %s",
        "update users set is_active = false where id = %s",
        "update users set deleted_at = now() where id = %s",
    ],
)
def test_A6_a_services_token_ends_when_its_maker_holds_less(staff: Staff, shrinks: str) -> None:
    manager, ana = manager_and_ana(staff)
    token = staff.app.people.sessions.issue_token(manager, ana, timedelta(30)).token
    staff.run(shrinks, manager.actor.id)
    assert not lets_in(staff, token)


@pytest.mark.rule("A6")
@pytest.mark.parametrize("grows", [grows_by_a_grant, grows_by_a_branch])
def test_A6_a_password_of_a_reset_opens_nothing_that_was_given_since(
    staff: Staff, grows: Callable[[Staff, PersonId], None]
) -> None:
    manager, ana = manager_and_ana(staff)
    reset = staff.app.people.passwords.reset(manager, ana)
    staff.app.people.passwords.redeem(reset.token, "a word of another", HERE)
    token = signs_in(staff, "a word of another").token
    assert lets_in(staff, token)
    grows(staff, ana)
    assert not lets_in(staff, token)
    is_refused(staff, "a word of another")
    because = "select details->>'because' from activity_logs where action = 'session.refuse'"
    assert staff.one(because) == "outgrown"
    boss = staff.hire("users:manage all", "clients:read all", "audit:read all")
    anew = staff.app.people.passwords.reset(Caller(Actor(boss), HERE), ana)
    staff.app.people.passwords.redeem(anew.token, "a word of my own", HERE)
    assert lets_in(staff, signs_in(staff, "a word of my own").token)


@pytest.mark.rule("A6")
def test_A6_a_session_by_an_initial_password_opens_nothing_that_was_given_since(
    staff: Staff,
) -> None:
    manager, _ = manager_and_ana(staff)
    branch = staff.one("select branch_id from user_branches limit 1")
    new = NewUser(email="new@example.com", branches=[branch])
    made = staff.app.people.users.create(manager, new)
    token = signs_in(staff, made.initial_password, "new@example.com").token
    here = staff.app.people.authenticate(token, HERE, Act.CHANGE_PASSWORD)
    staff.app.people.passwords.change(
        here.caller, here.session.id, made.initial_password, "a word of my own"
    )
    assert lets_in(staff, token)
    staff.grant(made.person.id, "audit:read", "all")
    assert not lets_in(staff, token)
    assert lets_in(staff, signs_in(staff, "a word of my own", "new@example.com").token)


@pytest.mark.rule("A6")
def test_A6_a_password_keeps_working_after_its_issuer_leaves(staff: Staff) -> None:
    manager, ana = manager_and_ana(staff)
    reset = staff.app.people.passwords.reset(manager, ana)
    staff.app.people.passwords.redeem(reset.token, "a word of my own", HERE)
    token = signs_in(staff, "a word of my own").token
    staff.run("delete from user_branches where user_id = %s", manager.actor.id)
    staff.run("update users set is_active = false where id = %s", manager.actor.id)
    assert lets_in(staff, token)
    assert lets_in(staff, signs_in(staff, "a word of my own").token)


@pytest.mark.rule("A6", "U2")
def test_A6_a_password_that_its_owner_changed_has_no_issuer(staff: Staff) -> None:
    manager, ana = manager_and_ana(staff)
    reset = staff.app.people.passwords.reset(manager, ana)
    staff.app.people.passwords.redeem(reset.token, "a word of the reset", HERE)
    here = staff.app.people.authenticate(signs_in(staff, "a word of the reset").token, HERE)
    staff.app.people.passwords.change(
        here.caller, here.session.id, "a word of the reset", "a word of my own"
    )
    staff.grant(ana, "audit:read", "all")
    assert lets_in(staff, signs_in(staff, "a word of my own").token)


@pytest.mark.rule("A6")
def test_A6_a_token_of_before_is_judged_by_the_maker_that_the_audit_names(
    staff: Staff, database: Database
) -> None:
    manager, ana = manager_and_ana(staff)
    token = staff.app.people.sessions.issue_token(manager, ana, timedelta(30)).token
    maintenance = PostgresMaintenance(database.owner_url)
    while maintenance.rollback()[-1].name != "made_by_another":
        continue
    maintenance.migrate()
    assert staff.one("select issued_by from user_sessions") == manager.actor.id
    assert lets_in(staff, token)
    grows_by_a_grant(staff, ana)
    assert not lets_in(staff, token)
