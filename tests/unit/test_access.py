"""Who may do what to which client."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from clientupdater.domain.access import (
    Actor,
    ClientPlace,
    Decision,
    Grant,
    Missing,
    Territory,
    covers,
    decide,
)
from clientupdater.domain.access_scope import (
    AccessScope,
    access_scope_of,
    over_branches,
    over_clients_of,
    over_everything,
    over_nothing,
    scope_of_grants,
    visible_scope_of,
)
from clientupdater.domain.errors import Forbidden
from clientupdater.domain.permissions import Permission, Scope, widest
from tests.support.policy_cases import (
    ANA,
    BEN,
    COMPANIES,
    EAST,
    FCASH,
    LUZON,
    NORTH,
    PCNI,
    SOUTH,
    THIRD,
    VISAYAS,
    WEST,
    actors,
    ana,
    ben,
    every_place,
    grants,
    permissions,
    places,
    territories,
)

READ = Permission.CLIENTS_READ
HOME = Territory(
    branches=frozenset({NORTH}), areas=frozenset({LUZON}), area_branches=frozenset({SOUTH})
)
MINE = ClientPlace(FCASH, WEST, ANA)
IN_NORTH = ClientPlace(FCASH, NORTH)
IN_SOUTH = ClientPlace(FCASH, SOUTH)
IN_EAST = ClientPlace(FCASH, EAST, BEN)


# --- permissions and scopes


def test_A9_there_are_twenty_two_permissions() -> None:
    message = (
        "clients:read clients:update status:read status:update status:history:read reports:read "
        "reports:export users:read users:manage branches:read branches:manage areas:read "
        "areas:manage config:read config:manage sync:read sync:execute clients:assign "
        "clients:reveal status:correct jobs:manage audit:read"
    )
    assert [str(each) for each in Permission] == message.split()


def test_A9_the_resource_stands_before_the_first_colon_and_the_action_is_all_that_follows() -> None:
    assert Permission.STATUS_HISTORY_READ.resource == "status"
    assert Permission.STATUS_HISTORY_READ.action == "history:read"
    assert Permission.JOBS_MANAGE.resource == "jobs"
    assert Permission.JOBS_MANAGE.action == "manage"


def test_A2_scopes_nest_from_self_to_all() -> None:
    order = (Scope.SELF, Scope.BRANCH, Scope.AREA, Scope.ALL)
    assert [scope.breadth for scope in order] == [0, 1, 2, 3]
    assert Scope.ALL.includes(Scope.AREA)
    assert Scope.AREA.includes(Scope.AREA)
    assert not Scope.BRANCH.includes(Scope.AREA)


def test_A1_the_widest_of_several_scopes_decides() -> None:
    assert widest([Scope.AREA, Scope.ALL, Scope.SELF]) is Scope.ALL
    assert widest([]) is None


# --- what each scope covers


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (Scope.SELF, [MINE]),
        (Scope.BRANCH, [MINE, IN_NORTH]),
        (Scope.AREA, [MINE, IN_NORTH, IN_SOUTH]),
        (Scope.ALL, [MINE, IN_NORTH, IN_SOUTH, IN_EAST]),
    ],
)
def test_A2_each_scope_covers_its_clients_and_those_of_the_narrower_ones(
    scope: Scope, seen: list[ClientPlace]
) -> None:
    actor = ana((READ, FCASH, scope), territory=HOME)
    every = [MINE, IN_NORTH, IN_SOUTH, IN_EAST]
    assert [place for place in every if decide(actor, READ, place).allowed] == seen
    assert [place for place in every if access_scope_of(actor, READ).covers(place)] == seen


def test_A2_an_unassigned_client_is_in_no_persons_own_scope() -> None:
    actor = ana((READ, FCASH, Scope.SELF))
    assert not decide(actor, READ, ClientPlace(FCASH, NORTH, None)).allowed


def test_A1_a_grant_counts_for_its_company_alone() -> None:
    actor = ana((READ, FCASH, Scope.ALL))
    assert decide(actor, READ, ClientPlace(FCASH, EAST)).allowed
    assert not decide(actor, READ, ClientPlace(PCNI, EAST)).allowed


def test_A1_a_grant_over_every_company_counts_for_each() -> None:
    actor = ana((READ, None, Scope.ALL))
    assert all(decide(actor, READ, ClientPlace(each, EAST)).allowed for each in COMPANIES)


def test_A1_a_grant_counts_for_its_permission_alone() -> None:
    actor = ana((READ, None, Scope.ALL))
    assert not decide(actor, Permission.CLIENTS_UPDATE, IN_NORTH).allowed


def test_A1_grants_add_up() -> None:
    actor = ana((READ, FCASH, Scope.BRANCH), (READ, PCNI, Scope.ALL), territory=HOME)
    assert decide(actor, READ, IN_NORTH).allowed
    assert decide(actor, READ, ClientPlace(PCNI, EAST)).allowed
    assert not decide(actor, READ, IN_EAST).allowed


def test_A1_a_narrow_grant_over_one_company_takes_nothing_from_a_wide_one_over_every() -> None:
    actor = ana((READ, FCASH, Scope.SELF), (READ, None, Scope.ALL))
    assert decide(actor, READ, IN_EAST).allowed
    assert access_scope_of(actor, READ).covers(IN_EAST)


def test_A8_one_who_is_not_active_may_nothing() -> None:
    actor = ana((READ, None, Scope.ALL), active=False)
    decision = decide(actor, READ, MINE)
    assert decision.missing is Missing.ACTIVE_ACCOUNT
    assert decision.permission is READ
    assert len(decision.grants) == 1
    assert access_scope_of(actor, READ).is_nothing
    assert visible_scope_of(actor).is_nothing
    assert not actor.holds(READ, None, Scope.SELF)


# --- territories


def test_A2_a_territory_is_assemble_from_branches_and_areas() -> None:
    territory = Territory.assemble(
        [NORTH], [LUZON, VISAYAS], {LUZON: frozenset({SOUTH, NORTH})}, frozenset()
    )
    assert territory == Territory(
        frozenset({NORTH}), frozenset({LUZON, VISAYAS}), frozenset({NORTH, SOUTH})
    )
    assert territory.all_branches == {NORTH, SOUTH}


def test_A2_deleted_branches_and_areas_give_nothing() -> None:
    members = {LUZON: frozenset({SOUTH, EAST}), VISAYAS: frozenset({WEST})}
    territory = Territory.assemble(
        [NORTH, EAST], [LUZON, VISAYAS], members, frozenset({EAST, VISAYAS})
    )
    assert territory == Territory(frozenset({NORTH}), frozenset({LUZON}), frozenset({SOUTH}))


def test_A2_an_area_of_no_territory_gives_none_of_its_branches() -> None:
    assert Territory.assemble([], [], {LUZON: frozenset({SOUTH})}) == Territory()


# --- explanations


@pytest.mark.parametrize(
    ("held", "place", "missing"),
    [
        ([], IN_NORTH, Missing.GRANT),
        ([(Permission.STATUS_READ, None, Scope.ALL)], IN_NORTH, Missing.GRANT),
        ([(READ, PCNI, Scope.ALL)], IN_NORTH, Missing.COMPANY),
        ([(READ, FCASH, Scope.SELF)], IN_EAST, Missing.ASSIGNMENT),
        ([(READ, FCASH, Scope.SELF), (READ, None, Scope.BRANCH)], IN_EAST, Missing.BRANCH),
        ([(READ, FCASH, Scope.BRANCH), (READ, PCNI, Scope.ALL)], IN_SOUTH, Missing.BRANCH),
        ([(READ, None, Scope.AREA), (READ, FCASH, Scope.SELF)], IN_EAST, Missing.TERRITORY),
    ],
)
def test_A5_a_refusal_names_what_was_missing(
    held: list[tuple[Permission, None, Scope]], place: ClientPlace, missing: Missing
) -> None:
    decision = decide(ana(*held, territory=HOME), READ, place)
    assert decision.missing is missing
    assert not decision.allowed


def test_A5_a_decision_carries_the_grants_of_the_permission_asked_in_a_steady_order() -> None:
    everywhere = Grant(READ, None, Scope.SELF)
    fcash = Grant(READ, FCASH, Scope.BRANCH)
    pcni = Grant(READ, PCNI, Scope.ALL)
    other = Grant(Permission.STATUS_READ, None, Scope.ALL)
    actor = Actor(ANA, grants=frozenset({pcni, other, everywhere, fcash}))
    assert decide(actor, READ, IN_EAST).grants == (everywhere, fcash, pcni)
    two = {Grant(READ, FCASH, Scope.SELF), Grant(READ, FCASH, Scope.AREA)}
    result = Actor(ANA, grants=frozenset(two)).grants_of(READ)
    assert [grant.scope for grant in result] == [Scope.AREA, Scope.SELF]


def test_A5_the_person_refused_gets_the_permission_and_no_more() -> None:
    refused = Decision(READ, (Grant(READ, PCNI, Scope.ALL),), Missing.COMPANY)
    with pytest.raises(Forbidden) as caught:
        refused.require()
    assert caught.value.message == "This needs the permission clients:read."
    assert caught.value.permission == "clients:read"
    Decision(READ, (), None).require()


def test_A5_an_auditor_reads_the_permission_the_grants_and_what_is_missing() -> None:
    held = (Grant(READ, None, Scope.SELF), Grant(READ, FCASH, Scope.BRANCH))
    assert Decision(READ, held, Missing.BRANCH).explain({FCASH: "FCASH"}) == (
        "asked clients:read; found clients:read at self over every company, clients:read at "
        "branch over FCASH; refused: the scope is branch, and the client's branch is not given to "
        "the person directly"
    )
    assert Decision(READ, (), None).explain({}) == "asked clients:read; found no grant; allowed"


# --- reach: the same, as sets


def test_A4_a_reach_names_the_companies_of_each_scope() -> None:
    actor = ana(
        (READ, FCASH, Scope.ALL),
        (READ, PCNI, Scope.AREA),
        (READ, PCNI, Scope.BRANCH),
        (READ, THIRD, Scope.BRANCH),
        territory=HOME,
    )
    access_scope = access_scope_of(actor, READ)
    assert access_scope.actor == ANA
    assert access_scope.everywhere is None
    assert access_scope.all_companies == {FCASH}
    assert access_scope.area_companies == {PCNI}
    assert access_scope.branch_companies == {THIRD}
    assert access_scope.self_companies == {PCNI, THIRD}
    assert access_scope.direct_branches == {NORTH}
    assert access_scope.area_branches == {NORTH, SOUTH}
    assert not access_scope.is_nothing


def test_A4_a_reach_keeps_a_company_apart_only_where_it_goes_farther_than_everywhere() -> None:
    actor = ana((READ, None, Scope.BRANCH), (READ, FCASH, Scope.BRANCH), (READ, PCNI, Scope.AREA))
    access_scope = access_scope_of(actor, READ)
    assert access_scope.everywhere is Scope.BRANCH
    assert dict(access_scope.scopes) == {PCNI: Scope.AREA}
    assert access_scope.scope_at(FCASH) is Scope.BRANCH
    assert access_scope.scope_at(PCNI) is Scope.AREA
    assert access_scope.scope_at(None) is Scope.BRANCH
    assert not access_scope.is_nothing


def test_A4_a_reach_over_every_company_is_written_out_for_those_known() -> None:
    actor = ana((READ, None, Scope.SELF), (READ, PCNI, Scope.ALL))
    written = access_scope_of(actor, READ).over([FCASH, PCNI])
    assert written.everywhere is None
    assert dict(written.scopes) == {FCASH: Scope.SELF, PCNI: Scope.ALL}
    assert written.self_companies == {FCASH}
    narrow = access_scope_of(ana((READ, PCNI, Scope.ALL)), READ)
    assert narrow.over([FCASH]) == narrow


def test_A5_sight_is_any_grant_whose_scope_covers_the_client() -> None:
    actor = ana((Permission.REPORTS_READ, FCASH, Scope.BRANCH), territory=HOME)
    assert visible_scope_of(actor).covers(IN_NORTH)
    assert not visible_scope_of(actor).covers(IN_SOUTH)
    assert not decide(actor, READ, IN_NORTH).allowed


def _predicate(actor: Actor, permission: Permission, place: ClientPlace) -> bool:
    """What SQL and row-level security will say, word for word."""
    access_scope = access_scope_of(actor, permission).over(COMPANIES)
    return (
        place.company in access_scope.all_companies
        or (
            place.company in access_scope.area_companies
            and place.branch in access_scope.area_branches
        )
        or (
            place.company in access_scope.branch_companies
            and place.branch in access_scope.direct_branches
        )
        or (
            place.company in access_scope.self_companies and place.assigned_to == access_scope.actor
        )
    )


@given(actors(), permissions, places)
def test_A4_decision_reach_and_predicate_agree_on_every_input(
    actor: Actor, permission: Permission, place: ClientPlace
) -> None:
    allowed = decide(actor, permission, place).allowed
    assert access_scope_of(actor, permission).covers(place) is allowed
    assert _predicate(actor, permission, place) is allowed


@given(actors(), places)
def test_A5_every_allowed_client_is_visible(actor: Actor, place: ClientPlace) -> None:
    seen = any(decide(actor, permission, place).allowed for permission in Permission)
    assert visible_scope_of(actor).covers(place) is seen


def _seen(actor: Actor, permission: Permission) -> set[ClientPlace]:
    return {place for place in every_place() if decide(actor, permission, place).allowed}


@given(actors(), grants, permissions)
def test_A1_one_more_grant_never_sees_less(
    actor: Actor, grant: Grant, permission: Permission
) -> None:
    richer = evolve(actor, grants=actor.grants | {grant})
    assert _seen(actor, permission) <= _seen(richer, permission)


@given(actors(), territories, permissions)
def test_A2_more_territory_never_sees_less(
    actor: Actor, more: Territory, permission: Permission
) -> None:
    wider = Territory(
        actor.territory.branches | more.branches,
        actor.territory.areas | more.areas,
        actor.territory.area_branches | more.area_branches,
    )
    assert _seen(actor, permission) <= _seen(evolve(actor, territory=wider), permission)


@given(actors(), grants, st.sampled_from(Scope), places)
def test_A2_a_wider_scope_never_sees_less(
    actor: Actor, grant: Grant, scope: Scope, place: ClientPlace
) -> None:
    other = evolve(grant, scope=scope)
    wide, narrow = (other, grant) if scope.includes(grant.scope) else (grant, other)
    assert covers(actor, wide, place) or not covers(actor, narrow, place)


# --- comparing and naming what is seen


@given(actors(), actors(st.just(BEN)), permissions)
def test_A6_a_wider_person_sees_all_that_a_narrower_one_does_except_own_clients(
    one: Actor, other: Actor, permission: Permission
) -> None:
    if access_scope_of(one, permission).includes(access_scope_of(other, permission)):
        theirs = {each for each in _seen(other, permission) if each.assigned_to != BEN}
        assert theirs <= _seen(one, permission)


@given(actors(), permissions)
def test_A6_every_reach_includes_itself_and_nothing(actor: Actor, permission: Permission) -> None:
    access_scope = access_scope_of(actor, permission)
    assert access_scope.includes(access_scope)
    assert access_scope.includes(scope_of_grants(actor, ()))


@pytest.mark.parametrize(
    ("mine", "theirs", "included"),
    [
        ((READ, None, Scope.ALL), (READ, FCASH, Scope.ALL), True),
        ((READ, FCASH, Scope.ALL), (READ, None, Scope.SELF), False),
        ((READ, FCASH, Scope.AREA), (READ, FCASH, Scope.ALL), False),
        ((READ, FCASH, Scope.AREA), (READ, FCASH, Scope.BRANCH), True),
        ((READ, FCASH, Scope.BRANCH), (READ, FCASH, Scope.AREA), False),
        ((READ, FCASH, Scope.SELF), (READ, FCASH, Scope.SELF), True),
        ((READ, PCNI, Scope.ALL), (READ, FCASH, Scope.SELF), False),
    ],
)
def test_A6_a_reach_includes_another_by_scope_and_company(
    mine: tuple[Permission, None, Scope],
    theirs: tuple[Permission, None, Scope],
    included: bool,
) -> None:
    one, other = ana(mine, territory=HOME), ben(theirs, territory=HOME)
    assert access_scope_of(one, READ).includes(access_scope_of(other, READ)) is included


def test_A6_a_reach_includes_another_only_with_its_branches() -> None:
    mine = ana((READ, FCASH, Scope.BRANCH), territory=Territory(frozenset({NORTH})))
    theirs = ben((READ, FCASH, Scope.BRANCH), territory=Territory(frozenset({NORTH, EAST})))
    assert not access_scope_of(mine, READ).includes(access_scope_of(theirs, READ))
    assert access_scope_of(theirs, READ).includes(access_scope_of(mine, READ))


def test_A10_a_file_is_sent_while_all_of_its_clients_are_in_scope() -> None:
    away = Territory(branches=frozenset({EAST}))
    everything = access_scope_of(ana((READ, None, Scope.ALL)), READ)
    of_home = access_scope_of(ana((READ, FCASH, Scope.AREA), territory=HOME), READ)
    own_of_home = access_scope_of(ana((READ, FCASH, Scope.SELF), territory=HOME), READ)
    own_away = access_scope_of(ana((READ, FCASH, Scope.SELF), territory=away), READ)
    assert everything.still_shows(everything)
    assert everything.still_shows(own_of_home)
    assert not of_home.still_shows(everything)
    assert of_home.still_shows(own_of_home)
    assert own_of_home.still_shows(own_of_home)
    assert not own_away.still_shows(own_of_home)


@given(actors(), actors(st.sampled_from((ANA, BEN))), permissions)
def test_A10_two_who_share_a_fingerprint_see_the_same(
    one: Actor, other: Actor, permission: Permission
) -> None:
    if (
        access_scope_of(one, permission).fingerprint()
        == access_scope_of(other, permission).fingerprint()
    ):
        assert _seen(one, permission) == _seen(other, permission)


def test_A10_the_fingerprint_is_personal_unless_all_of_each_company_is_seen() -> None:
    def name(actor: Actor) -> str:
        return access_scope_of(actor, READ).fingerprint()

    everything = (READ, None, Scope.ALL)
    assert name(ana(everything, territory=HOME)) == name(ben(everything))
    assert name(ana((READ, FCASH, Scope.ALL))) == name(ben((READ, FCASH, Scope.ALL)))
    for scope in (Scope.SELF, Scope.BRANCH, Scope.AREA):
        for company in (None, FCASH):
            assert name(ana((READ, company, scope))) != name(ben((READ, company, scope)))


def test_A10_the_fingerprint_changes_with_what_the_territory_gives() -> None:
    def name(scope: Scope, branch: Territory) -> str:
        return access_scope_of(ana((READ, FCASH, scope), territory=branch), READ).fingerprint()

    north, south = Territory(frozenset({NORTH})), Territory(frozenset({SOUTH}))
    assert name(Scope.BRANCH, north) != name(Scope.BRANCH, south)
    assert name(Scope.AREA, north) != name(Scope.AREA, south)
    assert name(Scope.SELF, north) == name(Scope.SELF, south)
    assert name(Scope.BRANCH, HOME) == name(Scope.BRANCH, north)


def test_A10_a_fingerprint_stays_the_same_in_every_process() -> None:
    actor = ana((READ, PCNI, Scope.BRANCH), (READ, FCASH, Scope.AREA), territory=HOME)
    assert access_scope_of(actor, READ).fingerprint() == (
        "2f685ffb9743eb8ae9ed69f8895846ff79a18b3d3362e4e32325af44c8ef6e0e"
    )


@pytest.mark.parametrize(
    ("access_scope", "covered"),
    [
        (over_everything(ANA), [MINE, IN_NORTH, IN_SOUTH, IN_EAST]),
        (over_nothing(ANA), []),
        (over_branches(BEN, NORTH, SOUTH), [IN_NORTH, IN_SOUTH, IN_EAST]),
        (over_clients_of(BEN), [IN_EAST]),
    ],
    ids=["everything", "nothing", "branches and one's own", "an officer's"],
)
def test_A4_an_act_upon_branches_or_an_officer_covers_their_clients(
    access_scope: AccessScope, covered: list[ClientPlace]
) -> None:
    places = [MINE, IN_NORTH, IN_SOUTH, IN_EAST]
    assert [place for place in places if access_scope.covers(place)] == covered
