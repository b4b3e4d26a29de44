"""The second way in: a bearer token of the configured issuer, and every way to get one wrong."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from threading import Barrier, Event
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import attrs
import jwt
import pytest
from attrs import frozen
from jwt.algorithms import RSAAlgorithm

from clientupdater.adapters.security.key_set import FIRST_PAUSE, KeySet
from clientupdater.adapters.security.oidc import LARGEST_TOKEN, LEEWAY_S, OidcTokens
from clientupdater.adapters.security.published_keys import (
    LARGEST_ANSWER,
    PublishedKeys,
    SigningKey,
)
from clientupdater.composition import build_app
from clientupdater.composition.people import sign_in_parts
from clientupdater.domain.access import Grant
from clientupdater.domain.accounts import LOCKED_FOR_GOOD
from clientupdater.domain.callers import Origin
from clientupdater.domain.errors import (
    NotFound,
    PasswordChangeRequired,
    Unauthenticated,
    Unavailable,
)
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.entrypoints.http.application import build
from clientupdater.settings import Settings
from clientupdater.usecases.people.users import UserChanges
from tests.support.http_server import served
from tests.support.staff_fixture import HandClock, Staff, ids, staffed
from tests.support.token_issuer import (
    ISSUER,
    Issuer,
    ec_key,
    public_pem,
    published,
    publishing,
    rsa_key,
    signed_by_hand,
)
from tests.support.waiting import PATIENCE_S, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.domain.ids import PersonId
    from tests.support.servers import Database

HERE = Origin(interface="test")
ZONE = ZoneInfo("Asia/Manila")
SUBJECT = "user_ana"


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with publishing(HandClock()) as opened:
        opened.keys = [published("one", rsa_key("one")), published("two", ec_key("two"))]
        yield opened


def believing(issuer: Issuer, *algorithms: str, patience: float = 3.0, **other: Any) -> OidcTokens:
    """Believe the issuer, as composition does, by the clock of the test."""
    algorithms = algorithms or ("RS256", "ES256")
    asked = PublishedKeys(f"{issuer.url}/jwks", algorithms, patience)
    trusted = {"audience": "clientupdater", "parties": ("https://app.example.com",), **other}
    return OidcTokens(
        issuer=ISSUER,
        algorithms=algorithms,
        keys=KeySet(asked, issuer.clock, patience),
        clock=issuer.clock,
        **trusted,
    )


def fetching() -> list[threading.Thread]:
    """List the fetches under way."""
    return [each for each in threading.enumerate() if each.name == "keys of the issuer"]


@pytest.fixture
def tokens(issuer: Issuer) -> OidcTokens:
    return believing(issuer)


def refused(tokens: OidcTokens, token: str) -> None:
    with pytest.raises(Unauthenticated) as caught:
        tokens.verify(token)
    assert caught.value.message == Unauthenticated().message, "tells nobody why"


# --- good ones


def test_U1_a_token_signed_by_RS256_identifies_the_person(
    tokens: OidcTokens, issuer: Issuer
) -> None:
    assert tokens.verify(issuer.token()) == SUBJECT


def test_U1_a_token_signed_by_ES256_identifies_the_person(
    tokens: OidcTokens, issuer: Issuer
) -> None:
    token = issuer.token(key=ec_key("two"), kid="two", algorithm="ES256")
    assert tokens.verify(token) == SUBJECT


def test_U1_one_of_several_audiences_is_enough(tokens: OidcTokens, issuer: Issuer) -> None:
    assert tokens.verify(issuer.token(aud=["others", "clientupdater"])) == SUBJECT


def test_U1_either_of_audience_and_party_is_checked_where_only_it_is_set(issuer: Issuer) -> None:
    assert believing(issuer, parties=()).verify(issuer.token(azp=None)) == SUBJECT
    assert believing(issuer, audience=None).verify(issuer.token(aud=None)) == SUBJECT


def test_U1_clocks_may_differ_by_half_a_minute(tokens: OidcTokens, issuer: Issuer) -> None:
    now = int(issuer.clock.now().timestamp())
    assert LEEWAY_S <= 60
    assert tokens.verify(issuer.token(exp=now - LEEWAY_S + 1)) == SUBJECT
    assert tokens.verify(issuer.token(nbf=now + LEEWAY_S, iat=now + LEEWAY_S)) == SUBJECT


# --- bad ones


def test_U1_an_unsigned_token_is_refused(tokens: OidcTokens, issuer: Issuer) -> None:
    for name in ("none", "None", "NONE", "nOnE"):
        token = signed_by_hand({"alg": name, "kid": "one"}, issuer.claims(), None)
        refused(tokens, token)
        refused(tokens, token.rpartition(".")[0] + ".")
    assert issuer.asked == 0


def test_U1_a_token_signed_by_HS256_with_the_public_key_is_refused(
    tokens: OidcTokens, issuer: Issuer
) -> None:
    header = {"alg": "HS256", "kid": "one", "typ": "JWT"}
    refused(tokens, signed_by_hand(header, issuer.claims(), public_pem(rsa_key("one"))))


def test_U1_an_algorithm_that_is_not_configured_is_refused(issuer: Issuer) -> None:
    refused(believing(issuer, "ES256"), issuer.token())
    refused(believing(issuer, "RS256"), issuer.token(algorithm="RS512"))


def test_U1_a_key_is_used_for_the_algorithm_it_was_published_for_alone(issuer: Issuer) -> None:
    issuer.keys[0]["alg"] = "RS256"
    tokens = believing(issuer, "RS256", "RS512", "ES256")
    assert tokens.verify(issuer.token()) == SUBJECT
    refused(tokens, issuer.token(algorithm="RS512"))
    refused(tokens, issuer.token(kid="two"))


def test_U1_a_token_of_another_signer_is_refused(tokens: OidcTokens, issuer: Issuer) -> None:
    refused(tokens, issuer.token(key=rsa_key("stranger")))


def test_U1_a_token_that_was_changed_is_refused(tokens: OidcTokens, issuer: Issuer) -> None:
    header, _, signature = issuer.token().split(".")
    _, claims, _ = issuer.token(sub="user_ben").split(".")
    refused(tokens, f"{header}.{claims}.{signature}")


@pytest.mark.parametrize("named", ["https://evil.example.com", f"{ISSUER}/", [ISSUER], None])
def test_U1_another_issuer_is_refused(tokens: OidcTokens, issuer: Issuer, named: object) -> None:
    refused(tokens, by_hand(issuer, rsa_key("one"), iss=named))


@pytest.mark.parametrize("meant", ["others", ["others"], [], None, {"clientupdater": 1}])
def test_U1_another_audience_is_refused(tokens: OidcTokens, issuer: Issuer, meant: object) -> None:
    refused(tokens, issuer.token(aud=meant))


@pytest.mark.parametrize("party", ["https://evil.example.com", ["https://app.example.com"], None])
def test_U1_another_party_is_refused(tokens: OidcTokens, issuer: Issuer, party: object) -> None:
    refused(tokens, issuer.token(azp=party))


def test_U1_an_expired_token_is_refused(tokens: OidcTokens, issuer: Issuer) -> None:
    token = issuer.token()
    issuer.clock.forward(seconds=60 + LEEWAY_S)
    refused(tokens, token)


@pytest.mark.parametrize("moment", [None, "2099-01-01", True, float("inf"), float("nan"), 10**400])
def test_U1_a_token_that_never_expires_is_refused(
    tokens: OidcTokens, issuer: Issuer, moment: object
) -> None:
    refused(tokens, by_hand(issuer, rsa_key("one"), exp=moment))


@pytest.mark.parametrize("begins", ["nbf", "iat"])
def test_U1_a_token_that_is_not_yet_valid_is_refused(
    tokens: OidcTokens, issuer: Issuer, begins: str
) -> None:
    later = int(issuer.clock.now().timestamp()) + LEEWAY_S + 1
    claims: dict[str, Any] = {begins: later, "exp": later + 60}
    refused(tokens, issuer.token(**claims))


@pytest.mark.parametrize("header", ["jwk", "jku", "x5u", "x5c"])
def test_U1_a_token_that_brings_its_own_key_is_refused(
    tokens: OidcTokens, issuer: Issuer, header: str
) -> None:
    brought: dict[str, Any] = {
        "jwk": published("one", rsa_key("stranger")),
        "jku": f"{issuer.url}/other",
        "x5u": f"{issuer.url}/other",
        "x5c": ["MIIB"],
    }
    refused(tokens, issuer.token(headers={header: brought[header]}))
    refused(tokens, issuer.token(key=rsa_key("stranger"), headers={header: brought[header]}))
    assert issuer.asked == 0


def test_U1_an_oversized_token_is_refused_before_it_is_parsed(
    tokens: OidcTokens, issuer: Issuer
) -> None:
    refused(tokens, issuer.token(padding="x" * LARGEST_TOKEN))
    assert issuer.asked == 0
    assert tokens.verify(issuer.token(padding="x" * (LARGEST_TOKEN // 2))) == SUBJECT


@pytest.mark.parametrize(
    "token", ["..", "a.b.c", "a.b", "a.b.c.d", "é.b.c", "W10.W10.W10", "[" * 3000 + ".a.b", ""]
)
def test_U1_a_malformed_token_is_refused(tokens: OidcTokens, issuer: Issuer, token: str) -> None:
    refused(tokens, token)
    assert issuer.asked == 0


@pytest.mark.parametrize("subject", [None, "", 7, "a\0b", "\ud800", "x" * 256])
def test_U1_a_token_without_a_subject_is_refused(
    tokens: OidcTokens, issuer: Issuer, subject: object
) -> None:
    refused(tokens, by_hand(issuer, rsa_key("one"), sub=subject))


def by_hand(issuer: Issuer, key: Any, **claims: object) -> str:
    """Sign claims that the library would not put its name to."""
    result = json.dumps(issuer.claims(**claims)).encode()
    return jwt.PyJWS().encode(result, key, algorithm="RS256", headers={"kid": "one"})


# --- the issuer's keys


def test_U1_keys_are_fetched_once_and_kept(tokens: OidcTokens, issuer: Issuer) -> None:
    for _ in range(20):
        tokens.verify(issuer.token())
    assert issuer.asked == 1


def test_U1_an_unknown_key_is_asked_for_once_a_minute_at_most(
    tokens: OidcTokens, issuer: Issuer
) -> None:
    tokens.verify(issuer.token())
    for number in range(30):
        refused(tokens, issuer.token(kid=f"unknown {number}"))
    assert issuer.asked == 1
    issuer.clock.forward(minutes=1)
    for number in range(30):
        refused(tokens, issuer.token(kid=f"unknown {number}"))
    assert issuer.asked == 2


def test_U1_a_new_key_lets_people_in_within_the_minute(tokens: OidcTokens, issuer: Issuer) -> None:
    tokens.verify(issuer.token())
    issuer.keys.append(published("three", rsa_key("three")))
    issuer.clock.forward(minutes=1)
    assert tokens.verify(issuer.token(key=rsa_key("three"), kid="three")) == SUBJECT


def test_U1_a_withdrawn_key_counts_for_ten_minutes_at_most(
    tokens: OidcTokens, issuer: Issuer
) -> None:
    tokens.verify(issuer.token())
    del issuer.keys[0]
    issuer.clock.forward(minutes=10)
    refused(tokens, issuer.token())


def test_U1_a_token_that_names_no_key_is_refused(tokens: OidcTokens, issuer: Issuer) -> None:
    refused(tokens, issuer.token(kid=None))


def test_U1_the_last_good_keys_are_kept_while_the_issuer_is_down(
    tokens: OidcTokens, issuer: Issuer
) -> None:
    tokens.verify(issuer.token())
    issuer.status = 503
    for _ in range(3):
        issuer.clock.forward(hours=1)
        assert tokens.verify(issuer.token()) == SUBJECT
    issuer.status, issuer.keys = 200, []
    issuer.clock.forward(hours=1)
    assert tokens.verify(issuer.token()) == SUBJECT


def test_U1_keys_of_more_than_a_day_ago_count_no_more_until_the_issuer_answers(
    tokens: OidcTokens, issuer: Issuer
) -> None:
    tokens.verify(issuer.token())
    issuer.status = 503
    issuer.clock.forward(hours=23)
    assert tokens.verify(issuer.token()) == SUBJECT
    issuer.clock.forward(hours=1)
    for _ in range(3):
        with pytest.raises(Unavailable):
            tokens.verify(issuer.token())
    issuer.status = 200
    issuer.clock.forward(seconds=FIRST_PAUSE.total_seconds())
    assert tokens.verify(issuer.token()) == SUBJECT


def test_U1_a_hanging_issuer_does_not_delay_tokens_with_a_known_key(issuer: Issuer) -> None:
    tokens = believing(issuer, patience=2.0)
    tokens.verify(issuer.token())
    issuer.goes_on.clear()
    issuer.clock.forward(minutes=11)
    assert tokens.verify(issuer.token()) == SUBJECT  # the first waits, with patience
    wait_until(lambda: len(fetching()) == 0)
    tokens.keys.patience = 100 * PATIENCE_S
    issuer.clock.forward(minutes=11)
    with ThreadPoolExecutor(3) as pool:  # one begins a fetch, the others find it under way
        items = [pool.submit(tokens.verify, issuer.token()) for _ in range(3)]
        assert [each.result(PATIENCE_S) for each in items] == [SUBJECT] * 3
    wait_until(lambda: issuer.asked == 3)


def test_U1_without_keys_tokens_are_refused_and_the_issuer_is_not_flooded(
    tokens: OidcTokens, issuer: Issuer
) -> None:
    issuer.status = 500
    for _ in range(10):
        with pytest.raises(Unavailable):
            tokens.verify(issuer.token())
    assert issuer.asked == 1
    issuer.status = 200
    issuer.clock.forward(seconds=FIRST_PAUSE.total_seconds())
    assert tokens.verify(issuer.token()) == SUBJECT


def test_U1_fifty_at_once_fetch_the_keys_once(tokens: OidcTokens, issuer: Issuer) -> None:
    issuer.delay = 0.2
    token, start = issuer.token(), Barrier(50)

    def come() -> str:
        start.wait()
        return tokens.verify(token)

    with ThreadPoolExecutor(50) as pool:
        items = [each.result() for each in [pool.submit(come) for _ in range(50)]]
    assert items == [SUBJECT] * 50
    assert issuer.asked == 1


def test_U1_a_redirection_is_not_followed(tokens: OidcTokens, issuer: Issuer) -> None:
    issuer.status = 302
    with pytest.raises(Unavailable):
        tokens.verify(issuer.token())
    assert issuer.asked == 1


def test_U1_an_answer_without_end_is_not_read(tokens: OidcTokens, issuer: Issuer) -> None:
    issuer.keys[0]["padding"] = "x" * LARGEST_ANSWER
    with pytest.raises(Unavailable):
        tokens.verify(issuer.token())


def test_U1_an_answer_that_drips_is_given_up_in_time(issuer: Issuer) -> None:
    issuer.drip = 0.02
    with pytest.raises(Unavailable):
        PublishedKeys(issuer.url, ("RS256",), timeout_s=0.2)()
    assert issuer.sent < len(issuer.answer()) / 2


def test_U1_no_second_fetch_begins_while_one_hangs(issuer: Issuer) -> None:
    begun, goes_on = [], Event()

    def fetch() -> dict[str, SigningKey]:
        begun.append(1)
        goes_on.wait(PATIENCE_S)
        return {}

    keys = KeySet(fetch, issuer.clock, patience=0.01)
    for _ in range(3):
        with pytest.raises(Unavailable):
            keys.find("one")
        issuer.clock.forward(hours=1)
    goes_on.set()
    assert len(begun) == 1


def test_U1_keys_that_cannot_be_trusted_are_passed_over(tokens: OidcTokens, issuer: Issuer) -> None:
    weak, secret = rsa_key("weak", 1024), {"kty": "oct", "kid": "secret", "k": "c2VjcmV0"}
    sealing = {**published("sealing", rsa_key("one")), "use": "enc"}
    broken = {"kty": "RSA", "kid": "broken", "n": "!", "e": 3}
    leaked = {**RSAAlgorithm.to_jwk(rsa_key("one"), as_dict=True), "kid": "leaked"}
    del leaked["key_ops"]
    issuer.keys += [published("weak", weak), secret, sealing, broken, leaked, {}, {"kid": 7}]
    assert tokens.verify(issuer.token()) == SUBJECT
    assert set(tokens.keys.fetch()) == {"one", "two"}


# --- whom it lets in


@frozen
class OidcApp:
    """The application, set up to trust the issuer."""

    staff: Staff
    issuer: Issuer
    ana: PersonId


@pytest.fixture
def oidc_app(database: Database, issuer: Issuer) -> Iterator[OidcApp]:
    with staffed(database, ZONE) as opened:
        issuer.clock = opened.clock
        app = build_app(
            opened.app.people.authenticate.work,
            opened.clock,
            ZONE,
            verify_token=believing(issuer).verify,
        )
        ana = opened.hire("clients:read area FCASH", clerk_id=SUBJECT, first_name="Ana")
        yield OidcApp(attrs.evolve(opened, app=app), issuer, ana)


def test_A7_a_token_carries_the_persons_rights_of_this_moment(oidc_app: OidcApp) -> None:
    staff, token = oidc_app.staff, oidc_app.issuer.token()
    area = staff.area(there := staff.branch(), given_to=oidc_app.ana)
    result = staff.app.people.authenticate(token, HERE)
    assert (result.person.id, result.person.first_name) == (oidc_app.ana, "Ana")
    assert result.caller.origin is HERE
    grant = Grant(Permission.CLIENTS_READ, staff.company(), Scope.AREA)
    assert result.caller.actor.grants == {grant}
    assert result.caller.actor.territory.areas == ids(area)
    assert result.caller.actor.territory.area_branches == ids(there)
    staff.run("delete from user_permissions where user_id = %s", oidc_app.ana)
    assert not staff.app.people.authenticate(token, HERE).caller.actor.grants


def test_U1_a_clerk_id_maps_a_token_to_a_user(oidc_app: OidcApp) -> None:
    staff = oidc_app.staff
    boss = staff.app.people.operators.identify(
        staff.one(
            "select email from users where id = %s",
            staff.hire("users:manage all", "clients:read all"),
        ),
        HERE,
    )
    ben, token = staff.hire(), oidc_app.issuer.token(sub="user_ben")
    staff.app.people.users.change(boss, ben, UserChanges(clerk_id="user_ben"), 1)
    assert staff.app.people.authenticate(token, HERE).person.id == ben
    staff.app.people.users.change(boss, ben, UserChanges(clerk_id=""), 2)
    with pytest.raises(Unauthenticated):
        staff.app.people.authenticate(token, HERE)


def test_U1_a_token_with_an_unknown_subject_is_refused(oidc_app: OidcApp) -> None:
    with pytest.raises(Unauthenticated):
        oidc_app.staff.app.people.authenticate(oidc_app.issuer.token(sub="user_nobody"), HERE)


@pytest.mark.parametrize("change", ["is_active = false", "deleted_at = now()"])
def test_A8_an_inactive_or_deleted_user_is_refused_with_a_valid_token(
    oidc_app: OidcApp, change: str
) -> None:
    token = oidc_app.issuer.token()
    oidc_app.staff.app.people.authenticate(token, HERE)
    oidc_app.staff.run(f"update users set {change}")
    with pytest.raises(Unauthenticated):
        oidc_app.staff.app.people.authenticate(token, HERE)


def test_U3_tokens_survive_a_lock_out_but_not_a_lock_by_a_manager(oidc_app: OidcApp) -> None:
    locked = "update users set locked_until = %s"
    oidc_app.staff.run(locked, oidc_app.staff.clock.now().replace(year=2027))
    result = oidc_app.staff.app.people.authenticate(oidc_app.issuer.token(), HERE)
    assert result.person.id == oidc_app.ana
    oidc_app.staff.run(locked, LOCKED_FOR_GOOD)
    with pytest.raises(Unauthenticated):
        oidc_app.staff.app.people.authenticate(oidc_app.issuer.token(), HERE)


def test_U4_a_token_does_not_go_round_a_password_that_must_be_changed(oidc_app: OidcApp) -> None:
    oidc_app.staff.run("update users set must_change_password = true")
    with pytest.raises(PasswordChangeRequired):
        oidc_app.staff.app.people.authenticate(oidc_app.issuer.token(), HERE)


def test_U1_sessions_let_people_in_beside_tokens(oidc_app: OidcApp) -> None:
    known = oidc_app.staff.app.people.authenticate(oidc_app.staff.session(oidc_app.ana), HERE)
    assert known.session == known.open
    with pytest.raises(NotFound):
        _ = oidc_app.staff.app.people.authenticate(oidc_app.issuer.token(), HERE).session


def test_U1_without_an_issuer_a_good_token_is_nothing(oidc_app: OidcApp) -> None:
    plain = build_app(oidc_app.staff.app.people.authenticate.work, oidc_app.staff.clock, ZONE)
    with pytest.raises(Unauthenticated):
        plain.people.authenticate(oidc_app.issuer.token(), HERE)
    assert oidc_app.issuer.asked == 0


def test_U1_a_caller_with_a_token_sees_themselves_and_has_no_session(oidc_app: OidcApp) -> None:
    signed = {"Authorization": f"Bearer {oidc_app.issuer.token()}"}
    with served(build(lambda: nullcontext(oidc_app.staff.app))) as client:
        me = client.get("/api/v1/me", headers=signed)
        assert (me.status_code, me.json()["session"]) == (200, None)
        assert me.json()["user"]["id"] == str(oidc_app.ana)
        assert client.get("/api/v1/me/sessions", headers=signed).json() == {"items": []}
        assert client.delete("/api/v1/sessions/current", headers=signed).status_code == 404
        bad = {"Authorization": f"Bearer {oidc_app.issuer.token(aud='others')}"}
        assert client.get("/api/v1/me", headers=bad).status_code == 401


def test_U1_the_settings_name_the_trusted_issuer(issuer: Issuer) -> None:
    values = {
        "OIDC_ISSUER": issuer.url,
        "OIDC_AUDIENCE": "clientupdater",
        "OIDC_ALGORITHMS": "ES256",
        "OIDC_AUTHORIZED_PARTIES": "https://app.example.com, https://other.example.com",
    }
    verify = sign_in_parts(Settings.from_mapping(values), issuer.clock)["verify_token"]
    assert verify is not None
    token = issuer.token(key=ec_key("two"), kid="two", algorithm="ES256", iss=issuer.url)
    assert verify(token) == SUBJECT
    assert sign_in_parts(Settings.from_mapping({}), issuer.clock)["verify_token"] is None
