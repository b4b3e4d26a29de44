"""What each route asks of a caller: written from the rules, apart from the code that decides it.

One line for each route of the contract. A grant is (permission, scope, company or every one); the
people of the matrix all have the branch NEAR directly, and AREA_BRANCH through an area.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

SCOPES = ("self", "branch", "area", "all")
COMPANIES = ("FCASH", "PCNI", None)
"""None: every company."""
OTHER = {"FCASH": "PCNI", "PCNI": "FCASH"}
NEAR, AREA_BRANCH, FAR = "NEAR", "AREA_BRANCH", "FAR"

Verdict: TypeAlias = Literal["passes", "forbidden", "not_found"]


@frozen
class OracleGrant:
    """A permission over a company, or over every one."""

    permission: str
    scope: str
    company: str | None

    def reaches(self, company: str | None) -> bool:
        """Whether it counts over a company; None: what belongs to none."""
        return self.company is None or self.company == company


@frozen
class Target:
    """What a request is about: a client, a person or another thing, by its place."""

    kind: Literal["client", "person", "thing", "area", "place", "nothing"]
    company: str | None = None
    branch: str | None = None
    """Of a person: the only branch of their territory; None: they have none."""
    is_own: bool = False
    """A client that is assigned to the caller, or the caller as a person."""


NOTHING = Target("nothing")


@frozen(kw_only=True)
class OracleRoute:
    """A route, the permissions that it asks for, and how their scope is asked."""

    method: str
    path: str
    rule: str
    permissions: tuple[str, ...] = ()
    json: Any = None
    params: dict[str, str] = field(factory=dict)
    passes_with: str = "\0"
    """The beginning of the detail of a 404 that only a caller who passes gets."""

    @property
    def key(self) -> str:
        return f"{self.method} {self.path}"

    def targets(self, scope: str, company: str | None) -> list[Target]:
        """Name what a grant just covers, and what it just misses."""
        rule, here = self.rule, company or "PCNI"
        if rule in {"client", "audited client", "hand-over"}:
            targets = _client_targets(scope, here, OTHER.get(company or ""))
        elif rule.startswith("person"):
            targets = _person_targets(scope)
        elif rule == "new person":
            targets = [Target("person", branch=NEAR), Target("person")]
        elif rule.endswith("stand-in"):
            targets = [Target("place", branch=branch) for branch in (NEAR, AREA_BRANCH)]
        elif rule in {"company", "reference", "option", "option to read", "undone area"}:
            targets = [Target("thing", each) for each in COMPANIES]
        elif rule == "one company":
            targets = [Target("thing", each) for each in COMPANIES if each]
        elif rule.startswith("area"):
            targets = [Target("area", each) for each in COMPANIES]
        else:
            targets = [NOTHING]
        return targets

    def verdict(self, grants: Iterable[OracleGrant], target: Target) -> Verdict:
        """Decide as the rules do."""
        held = list(grants)
        missing = [
            permission
            for permission in self.permissions
            if not _RULES[self.rule]([g for g in held if g.permission == permission], target)
        ]
        if not missing:
            return "passes"
        return "forbidden" if self._sees(held, target) else "not_found"

    def _sees(self, held: list[OracleGrant], target: Target) -> bool:
        """Whether they may know of it; else it is as if it did not exist."""
        if self.rule in {"client", "audited client"}:
            return _over_client(held, target)
        if self.rule.startswith("person"):
            return _over_person([g for g in held if g.permission == "users:read"], target)
        sight = _SIGHT.get(self.rule)
        reads = [g for g in held if g.permission == sight]
        return self._asks_in_vain(held) or (bool(sight) and _over_reference(reads, target))

    def _asks_in_vain(self, held: list[OracleGrant]) -> bool:
        """Whether each id, known or not, is refused alike, so that nothing is given away."""
        if self.rule in _BY_ID:
            asked = _UNDOING if self.rule.startswith("undone") else self.permissions
            return not any(grant.permission in asked for grant in held)
        return self.rule not in _SIGHT


def _client_targets(scope: str, here: str, other: str | None) -> list[Target]:
    own, near, area, far = (
        Target("client", here, FAR, is_own=True),
        *(Target("client", here, branch) for branch in (NEAR, AREA_BRANCH, FAR)),
    )
    just = {"self": (own, near), "branch": (near, area), "area": (area, far), "all": (far,)}[scope]
    covered = just[0]
    elsewhere = Target("client", other, covered.branch, is_own=covered.is_own)
    return [*just, elsewhere] if other else [*just]


def _person_targets(scope: str) -> list[Target]:
    me, near, area, nowhere = (
        Target("person", branch=NEAR, is_own=True),
        *(Target("person", branch=branch) for branch in (NEAR, AREA_BRANCH, None)),
    )
    return {
        "self": [me, near],
        "branch": [me, near, area],
        "area": [near, area, nowhere],
        "all": [area, nowhere],
    }[scope]


# --- the rules, by name


def _over_client(grants: list[OracleGrant], target: Target) -> bool:
    """A2: self, branch, area, all; each includes the narrower ones."""
    within = {"branch": {NEAR}, "area": {NEAR, AREA_BRANCH}}
    return any(
        grant.reaches(target.company)
        and (
            grant.scope == "all" or target.is_own or target.branch in within.get(grant.scope, set())
        )
        for grant in grants
    )


def _over_person(grants: list[OracleGrant], target: Target) -> bool:
    """A6a: territories alone; someone without any is within scope all over every company."""
    for grant in grants:
        branches = {"self": set(), "branch": {NEAR}}.get(grant.scope, {NEAR, AREA_BRANCH})
        if target.is_own or (target.branch is not None and target.branch in branches):
            return True
        if grant.scope == "all" and grant.company is None:
            return True
    return False


def _over_thing(grants: list[OracleGrant], target: Target) -> bool:
    """A6a: scope all, over the thing's company; a thing of none is of every company."""
    return any(grant.scope == "all" and grant.reaches(target.company) for grant in grants)


def _over_reference(grants: list[OracleGrant], target: Target) -> bool:
    """What belongs to no company is read with scope all over any one."""
    if target.company is None:
        return _somewhere(grants, target)
    return _over_thing(grants, target)


def _over_place(grants: list[OracleGrant], target: Target) -> bool:
    """An officer whose stand-in has one branch with them and no grant: all companies count (A6)."""
    within = {"branch": {NEAR}, "area": {NEAR, AREA_BRANCH}}
    return any(
        grant.company is None
        and (grant.scope == "all" or target.branch in within.get(grant.scope, set()))
        for grant in grants
    )


def _somewhere(grants: list[OracleGrant], target: Target) -> bool:
    """Scope all over some company: the list holds that company's alone."""
    del target
    return any(grant.scope == "all" for grant in grants)


def _at_any_scope(grants: list[OracleGrant], target: Target) -> bool:
    """A list holds what the scope covers, so that any grant opens it."""
    del target
    return bool(grants)


_RULES = {
    "signed in": lambda *_: True,
    "client": _over_client,
    "audited client": _over_thing,
    "person": _over_person,
    "person or oneself": lambda grants, target: target.is_own or _over_person(grants, target),
    "new person": _over_person,
    "company": _over_thing,
    "one company": _over_thing,
    "reference": _over_reference,
    "area": _over_thing,
    "area to read": _over_reference,
    "branch": _over_thing,
    "undone area": _over_thing,
    "undone branch": _over_thing,
    "branch to read": _somewhere,
    "option": _over_thing,
    "option to read": _over_reference,
    "hand-over": _over_client,
    "stand-in": _over_place,
    "ended stand-in": _over_place,
    "every company": lambda grants, _: _over_thing(grants, NOTHING),
    "some company": _somewhere,
    "list": _at_any_scope,
}

_SIGHT = {
    "area": "areas:read",
    "area to read": "areas:read",
    "undone area": "areas:read",
    "branch": "branches:read",
    "branch to read": "branches:read",
    "undone branch": "branches:read",
    "option": "config:read",
    "option to read": "config:read",
}
"""What it takes to know of a thing; without it, it is not found."""
_BY_ID = {"hand-over", "ended stand-in", "option", "option to read", "undone area", "undone branch"}
"""Without any grant that such a request asks for, no id is looked for."""
_UNDOING = {"config:manage", "areas:manage", "branches:manage"}


def _route(route: str, rule: str, *permissions: str, **request: Any) -> OracleRoute:
    method, path = route.split()
    return OracleRoute(
        method=method, path=f"/api/v1{path}", rule=rule, permissions=permissions, **request
    )


_CLIENT, _USER = "/clients/{client}", "/users/{user}"
_PERIOD = f"{_CLIENT}/periods/2026-11"
_NOBODY = "00000000-0000-0000-0000-000000000001"
_UPDATE = {"client": "{client}", "period": "2026-11", "status": "CALLED", "version": 99}
_SYNC = {"source": "csv", "company": "{company}"}
_STALE = {"version": 999}
_OF_COMPANY = {"company": "{company}"}
_AREA, _BRANCH, _CONTACT = "/areas/{area}", "/branches/code:NEAR", "/branches/code:NEAR/contacts"
_ROLE = f"{_USER}/roles/telemarketer"
_SETTING, _LOOKUP = "/config/settings/sync.guard_percent", "/config/lookups/{table}"
_CATEGORY = {"code": "answers", "name": "Answers"}
_TRACKING = "/config/par-statuses/do_not_show/tracking"
_FCASH, _COMPANY = {"company": "FCASH"}, {"company": "{company}"}
_PAST = {"period": "2026-10", "as_of": "2026-10-30T17:00:00Z"}
_ROWS = ("status:read", "clients:read")

ROUTES = (
    _route("GET /health/system", "signed in"),
    _route("GET /me", "signed in"),
    _route("PUT /me/password", "signed in", json={}),
    _route("GET /me/sessions", "signed in"),
    _route("DELETE /me/sessions/{session}", "signed in"),
    _route("DELETE /sessions/current", "signed in"),
    _route("GET /lookups", "signed in"),
    _route("GET /lookups", "some company", "config:read", params={"all": "true"}),
    _route("GET /changes", "list", "status:read"),
    _route(
        "GET /periods/2026-10/seal",
        "list",
        "reports:read",
        "status:read",
        "clients:read",
        passes_with="2026-10 has no seal",
    ),
    _route(
        "GET /periods/2026-10/seal/proof",
        "client",
        "reports:read",
        "status:read",
        "clients:read",
        params={"client": "{client}"},
        passes_with="No seal of 2026-10",
    ),
    _route("GET /worklist", "list", "status:read"),
    _route("GET /worklist/counts", "list", "status:read"),
    _route(f"GET {_CLIENT}/periods", "client", "status:read"),
    _route(f"GET {_PERIOD}", "client", "status:read"),
    _route(f"GET {_PERIOD}/events", "client", "status:history:read"),
    _route(f"POST {_PERIOD}/events", "client", "status:update", json={}),
    _route(f"POST {_PERIOD}/reopen", "client", "status:correct", json={}),
    _route(f"POST {_PERIOD}/events/0/void", "client", "status:correct", json={"version": 99}),
    _route(f"POST {_CLIENT}/revive", "client", "status:correct", json={}),
    _route("POST /status-updates", "client", "status:update", json={"items": [_UPDATE]}),
    _route("POST /status-updates/preview", "client", "status:update", json={"items": [_UPDATE]}),
    *(
        _route(
            f"GET {path}",
            "list",
            "reports:read",
            "status:read",
            "clients:read",
            params={"company": "FCASH", "period": "2026-11"},
        )
        for path in (
            "/dashboard/summary",
            "/reports/completion",
            "/reports/pace",
            "/reports/trend",
        )
    ),
    _route("GET /clients/filter-options", "list", "clients:read"),
    _route("GET /clients", "list", "clients:read"),
    _route("GET /clients", "list", "clients:read", "status:read", params={"status": "CALLED"}),
    _route("POST /clients/search", "list", "clients:read", json={"q": "juan"}),
    _route(f"GET {_CLIENT}", "client", "clients:read"),
    _route(f"PATCH {_CLIENT}", "client", "clients:update", json={"version": "x"}),
    _route(f"POST {_CLIENT}/contact-conflict", "client", "clients:update", json={}),
    _route(f"GET {_CLIENT}/sync-history", "client", "clients:read"),
    _route(f"GET {_CLIENT}/pension-number", "client", "clients:reveal"),
    _route(f"PUT {_CLIENT}/assignment", "client", "clients:assign", json={}),
    _route(
        "POST /assignments",
        "client",
        "clients:assign",
        json={"clients": ["{client}"], "officer": _NOBODY},
    ),
    _route(
        "POST /assignments/preview",
        "client",
        "clients:assign",
        json={"clients": ["{client}"], "officers": [_NOBODY]},
    ),
    _route(
        f"POST {_CLIENT}/refresh", "client", "sync:execute", passes_with="NextBank is not set up"
    ),
    _route(
        "GET /users/{near}/access",
        "audited client",
        "audit:read",
        params={"client": "{client}", "permission": "clients:read"},
    ),
    _route("GET /users", "list", "users:read"),
    _route(
        "POST /users",
        "new person",
        "users:manage",
        json={"email": "taken@example.com", "branches": "{branches}"},
    ),
    _route(f"GET {_USER}", "person or oneself", "users:read"),
    _route(f"PATCH {_USER}", "person", "users:manage", json={"version": "x"}),
    _route(f"DELETE {_USER}", "person", "users:manage"),
    _route(f"GET {_USER}/sessions", "person or oneself", "users:read"),
    _route(f"DELETE {_USER}/sessions", "person or oneself", "users:manage"),
    _route(f"POST {_USER}/password-reset", "person", "users:manage"),
    _route(f"GET {_USER}/grants", "person or oneself", "users:read"),
    _route(f"PUT {_USER}/grants/clients:read", "person", "users:manage", json={}),
    _route(f"DELETE {_USER}/grants/clients:read", "person", "users:manage"),
    _route(f"PUT {_USER}/branches/code:FAR", "person", "users:manage"),
    _route(f"DELETE {_USER}/branches/code:FAR", "person", "users:manage"),
    _route(f"PUT {_USER}/areas/code:EMPTY", "person", "users:manage"),
    _route(f"DELETE {_USER}/areas/code:EMPTY", "person", "users:manage"),
    _route(  # each line is judged like its user
        "POST /users/import", "list", "users:manage", json={"csv": "email\ntaken@example.com\n"}
    ),
    _route(f"POST {_USER}/lock", "person", "users:manage"),
    _route(f"POST {_USER}/unlock", "person", "users:manage"),
    _route(f"GET {_USER}/deactivation", "person", "users:manage"),
    _route(f"POST {_USER}/deactivation", "person", "users:manage", json=_STALE),
    _route("GET /roles", "list", "users:read"),  # a role says nothing about any person
    _route("GET /roles/telemarketer", "list", "users:read"),
    _route("POST /roles", "every company", "users:manage", json={}),
    _route("PATCH /roles/telemarketer", "every company", "users:manage", json=_STALE),
    _route("DELETE /roles/telemarketer", "every company", "users:manage", json=_STALE),
    _route(f"GET {_USER}/roles", "person or oneself", "users:read"),
    _route(f"GET {_ROLE}", "person or oneself", "users:read", params=_OF_COMPANY),
    _route(f"PUT {_ROLE}", "person", "users:manage"),
    _route(f"DELETE {_ROLE}", "person", "users:manage"),
    _route(
        "POST /assignments/hand-over",
        "list",
        "clients:assign",
        json={"officer": "{near}", "to": ["{user AREA_BRANCH}"]},
    ),
    _route("POST /assignments/hand-over/{hand_over}/undo", "hand-over", "clients:assign"),
    _route(
        "POST /stand-ins",
        "stand-in",
        "clients:assign",
        json={
            "officer": "{officer}",
            "stand_in": "{stand_in}",
            "first_day": "2026-11-23",
            "last_day": "2026-11-24",
        },
    ),
    _route("GET /stand-ins", "list", "clients:assign"),
    _route("DELETE /stand-ins/{arranged}", "ended stand-in", "clients:assign"),
    _route("GET /areas", "some company", "areas:read"),
    _route(
        "POST /areas",
        "company",
        "areas:manage",
        json={"code": "AREA", "name": "A", **_OF_COMPANY},
    ),
    _route(f"GET {_AREA}", "area to read", "areas:read"),
    _route(f"PATCH {_AREA}", "area", "areas:manage", json=_STALE),
    _route(f"DELETE {_AREA}", "area", "areas:manage", json=_STALE),
    _route(f"GET {_AREA}/branches", "area to read", "areas:read"),
    _route(f"PUT {_AREA}/branches/code:FAR", "area", "areas:manage"),
    _route(f"DELETE {_AREA}/branches/code:FAR", "area", "areas:manage"),
    _route("GET /branches", "some company", "branches:read"),
    _route(
        "POST /branches", "every company", "branches:manage", json={"code": "NEAR", "name": "N"}
    ),
    _route(f"GET {_BRANCH}", "branch to read", "branches:read"),
    _route(f"PATCH {_BRANCH}", "branch", "branches:manage", json=_STALE),
    _route(f"DELETE {_BRANCH}", "branch", "branches:manage", json=_STALE),
    _route(
        f"POST {_BRANCH}/close", "branch", "branches:manage", json={"into": "code:FAR", **_STALE}
    ),
    _route(
        "POST /branches/import", "every company", "branches:manage", json={"csv": "code\nNEAR\n"}
    ),
    _route(f"GET {_CONTACT}", "branch to read", "branches:read"),
    _route(f"POST {_CONTACT}", "branch", "branches:manage", json={}),
    _route(f"PATCH {_CONTACT}/{{contact}}", "branch", "branches:manage", json=_STALE),
    _route(f"DELETE {_CONTACT}/{{contact}}", "branch", "branches:manage", json=_STALE),
    _route("GET /config/settings", "signed in"),  # those that one may read
    _route("GET /config/settings/worklist.order", "signed in"),  # a public value
    _route(f"GET {_SETTING}", "reference", "config:read", params=_OF_COMPANY),
    _route(
        f"PUT {_SETTING}",
        "company",
        "config:manage",
        params=_OF_COMPANY,
        json={"value": "7", **_STALE},
    ),
    _route(
        f"DELETE {_SETTING}",
        "company",
        "config:manage",
        params=_OF_COMPANY,
        json=_STALE,
        passes_with="No value is stored here",
    ),
    _route("GET /config/categories", "some company", "config:read"),
    _route("POST /config/categories", "every company", "config:manage", json=_CATEGORY),
    _route("GET /config/categories/answers", "some company", "config:read"),
    _route("PATCH /config/categories/answers", "every company", "config:manage", json=_STALE),
    _route("DELETE /config/categories/answers", "every company", "config:manage", json=_STALE),
    _route("GET /config/options", "some company", "config:read", params={"category": "answers"}),
    _route(
        "POST /config/options",
        "company",
        "config:manage",
        json={"category": "none", "code": "yes", "label": "Yes", **_OF_COMPANY},
        passes_with="There is no such category",
    ),
    _route("GET /config/options/{option}", "option to read", "config:read"),
    _route("PATCH /config/options/{option}", "option", "config:manage", json=_STALE),
    _route("DELETE /config/options/{option}", "option", "config:manage", json=_STALE),
    _route("GET /config/lookups/products", "some company", "config:read"),
    _route(
        "POST /config/lookups/products",
        "company",
        "config:manage",
        json={"code": "PCNI_NON_PNP", "name": "P", "facts": _OF_COMPANY},
    ),
    _route(f"GET {_LOOKUP}/{{entry}}", "some company", "config:read"),
    _route(f"PATCH {_LOOKUP}/{{entry}}", "company", "config:manage", json=_STALE),
    _route(f"DELETE {_LOOKUP}/{{entry}}", "company", "config:manage"),
    _route(f"GET {_TRACKING}", "every company", "config:manage", params={"is_trackable": "true"}),
    _route(
        f"PUT {_TRACKING}",
        "every company",
        "config:manage",
        json={"is_trackable": False, "plan_hash": "0" * 64, **_STALE},
    ),
    _route("POST /config/changes/{change}/undo", "company", "config:manage", json={}),
    _route("POST /config/changes/{of_area}/undo", "undone area", "areas:manage", json={}),
    _route("POST /config/changes/{of_branch}/undo", "undone branch", "branches:manage", json={}),
    _route("GET /periods/current", "list", "status:read"),
    _route("POST /periods/2026-11/open", "every company", "config:manage"),
    *(
        _route(f"GET /reports/{name}", "list", "reports:read", *_ROWS, params=_FCASH)
        for name in ("ageing", "balance", "untouched")
    ),
    _route("GET /reports/clients", "list", *_ROWS, params={**_FCASH, **_PAST}),
    _route("GET /reports/signals", "one company", "audit:read", *_ROWS, params=_COMPANY),
    _route(
        "GET /reports/signals/events",
        "one company",
        "audit:read",
        *_ROWS,
        params={**_COMPANY, "recorded_by": _NOBODY},
    ),
    _route("GET /reports/staff", "list", "status:read", "clients:read", params=_FCASH),
    _route(
        "POST /exports",
        "list",
        "reports:export",
        "clients:read",
        json={"type": "clients", "format": "csv"},
    ),
    _route("GET /exports", "list", "reports:export"),
    _route("GET /exports/{export}", "list", "reports:export"),
    _route(
        "GET /exports/{export}/file",
        "list",
        "reports:export",
        "clients:read",
        passes_with="There is no file yet",
    ),
    _route("DELETE /exports/{export}", "list", "reports:export"),
    _route("POST /sync/jobs", "company", "sync:execute", json=_SYNC),
    _route("GET /sync/jobs", "some company", "sync:read"),
    _route("GET /sync/jobs/{sync_job}", "company", "sync:read"),
    _route(
        "GET /sync/jobs/{sync_job}/plan",
        "company",
        "sync:read",
        passes_with="This run has no plan yet",
    ),
    _route("POST /sync/jobs/{sync_job}/approve", "company", "sync:execute", json={}),
    _route("POST /sync/jobs/{sync_job}/cancel", "company", "sync:execute"),
    _route("GET /sync/jobs/{sync_job}/rejects", "company", "sync:read"),
    _route("POST /sync/jobs/{sync_job}/rejects/replay", "company", "sync:execute"),
    _route("GET /sync/mappings", "reference", "config:read", params=_SYNC),
    _route("PUT /sync/mappings", "company", "config:manage", json={**_SYNC, "items": []}),
    _route("GET /audit/activity", "every company", "audit:read"),
    _route("GET /audit/activity", "audited client", "audit:read", params={"client": "{client}"}),
    _route("GET /audit/config", "every company", "audit:read"),
    _route("GET /audit/authorization", "some company", "audit:read"),
    _route(
        "GET /audit/who-accessed", "audited client", "audit:read", params={"client": "{client}"}
    ),
    _route(f"GET {_CLIENT}/dossier", "audited client", "audit:read"),
    _route(
        f"GET {_CLIENT}/dossier",
        "audited client",
        "audit:read",
        "clients:reveal",
        params={"reveal": "true"},
    ),
    _route("GET /jobs", "every company", "jobs:manage"),
    _route("GET /jobs/{job}", "every company", "jobs:manage"),
    _route("POST /jobs/{job}/retry", "every company", "jobs:manage"),
    _route("POST /jobs/{job}/cancel", "every company", "jobs:manage"),
    _route("GET /schedules", "every company", "jobs:manage"),
    _route(
        "PATCH /schedules/retention",
        "every company",
        "jobs:manage",
        json={"is_active": True, "version": 999},
    ),
    _route("POST /schedules/retention/run", "every company", "jobs:manage"),
)
OPEN = {
    "GET /livez",
    "GET /readyz",
    "GET /api/ping",
    "GET /metrics",  # with a token of its own
    "GET /",
    "GET /api/openapi.json",
    "GET /api/docs",
    "POST /api/v1/sessions",
    "POST /api/v1/password-resets",
    "POST /webhooks/nextbank",
}
"""Routes that no session opens."""
