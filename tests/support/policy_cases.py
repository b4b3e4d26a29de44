"""A few companies, branches and people for the policy: so few that examples collide."""

from __future__ import annotations

from uuid import UUID

from hypothesis import strategies as st

from clientupdater.domain.access import Actor, ClientPlace, Grant, Territory
from clientupdater.domain.ids import AreaId, BranchId, CompanyId, PersonId
from clientupdater.domain.permissions import Permission, Scope

FCASH, PCNI, THIRD = (CompanyId(UUID(int=n)) for n in (1, 2, 3))
NORTH, SOUTH, EAST, WEST = (BranchId(UUID(int=n)) for n in (11, 12, 13, 14))
LUZON, VISAYAS = (AreaId(UUID(int=n)) for n in (21, 22))
ANA, BEN, CARA = (PersonId(UUID(int=n)) for n in (31, 32, 33))

COMPANIES = (FCASH, PCNI, THIRD)
BRANCHES = (NORTH, SOUTH, EAST, WEST)
AREAS = (LUZON, VISAYAS)
NOWHERE = Territory()
SOME = (Permission.CLIENTS_READ, Permission.STATUS_UPDATE, Permission.USERS_MANAGE)

permissions = st.sampled_from(SOME)
scopes = st.sampled_from(Scope)
companies = st.sampled_from(COMPANIES)
branches = st.sampled_from(BRANCHES)
areas = st.sampled_from(AREAS)
company_or_every = st.none() | companies
# One company is never named by a grant, as one founded tomorrow would not be.
grants = st.builds(Grant, permissions, st.none() | st.sampled_from((FCASH, PCNI)), scopes)
territories = st.builds(
    Territory, st.frozensets(branches), st.frozensets(areas), st.frozensets(branches)
)
places = st.builds(ClientPlace, companies, branches, st.none() | st.sampled_from((ANA, BEN)))


def actors(ids: st.SearchStrategy[PersonId] | None = None) -> st.SearchStrategy[Actor]:
    """Anyone at all, active or not."""
    return st.builds(
        Actor,
        st.just(ANA) if ids is None else ids,
        st.sampled_from((True, True, True, False)),
        st.frozensets(grants, max_size=4),
        territories,
    )


def every_place() -> list[ClientPlace]:
    """Every place that there is."""
    return [
        ClientPlace(company, branch, officer)
        for company in COMPANIES
        for branch in BRANCHES
        for officer in (None, ANA, BEN)
    ]


def ana(
    *held: tuple[Permission, CompanyId | None, Scope],
    territory: Territory = NOWHERE,
    active: bool = True,
) -> Actor:
    """Ana, holding this."""
    return Actor(ANA, active, frozenset(Grant(*each) for each in held), territory)


def ben(*held: tuple[Permission, CompanyId | None, Scope], territory: Territory = NOWHERE) -> Actor:
    """Ben, holding this."""
    return Actor(BEN, True, frozenset(Grant(*each) for each in held), territory)  # noqa: FBT003
