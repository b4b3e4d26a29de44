"""Pages stay light, and within a phone's width, however much there is to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.console_fixture import ConsoleFixture

MOST_BYTES = 60 * 1024
LONG = "A Rather Long Name of the Kind That People Have "
_ALL = (
    "users:read",
    "users:manage",
    "config:read",
    "config:manage",
    "audit:read",
    "clients:read",
    "clients:assign",
    "branches:read",
    "branches:manage",
    "areas:read",
    "areas:manage",
    "reports:read",
    "reports:export",
    "status:read",
    "status:update",
    "jobs:manage",
    "sync:read",
)


def filled(console: ConsoleFixture) -> None:
    """Make sixty of everything, with the longest texts that are likely."""
    run = console.staff.run
    run(
        "insert into branches (code, name, location, category)"
        " select 'LONGCODE-' || n, %s || n, repeat('Aurora Boulevard ', 8), 'Full service'"
        " from generate_series(1, 60) n",
        LONG,
    )
    run(
        "insert into areas (code, name) select 'AREA-' || n, %s || n from generate_series(1, 60) n",
        LONG,
    )
    run(
        "insert into users (email, first_name, last_name) select 'person.' || n || '@example.com',"
        " %s, 'of the Family ' || n from generate_series(1, 60) n",
        LONG,
    )
    run(
        "insert into user_branches (user_id, branch_id)"
        " select u.id, b.id from users u, branches b where u.email like 'person.%%'"
        " and b.code like 'LONGCODE-1%%'"
    )
    run(
        "insert into companies (code, name)"
        " select 'COMPANY' || n, %s || n from generate_series(1, 6) n",
        LONG,
    )
    run(
        "insert into status_reasons (code, name, status_type_id)"
        " select 'REASON_' || n, left(%s, 60) || n,"
        " (select id from status_types where code = 'TO_FOLLOW') from generate_series(1, 40) n",
        LONG,
    )
    run(
        "insert into config_audit_log"
        " (table_name, record_id, action, old_values, new_values, changed_by)"
        " select 'branches', gen_random_uuid()::text, 'update', %s, %s, %s"
        " from generate_series(1, 60)",
        '{"name": "' + LONG * 4 + '", "location": "' + LONG * 4 + '"}',
        '{"name": "' + LONG * 5 + '", "location": "' + LONG * 5 + '"}',
        console.ana,
    )
    run(
        "insert into job_queue"
        " (job_name, queue_name, status, attempts, max_attempts, error, completed_at)"
        " select 'open-periods', 'default', 'dead', 5, 5, repeat(%s, 12), now()"
        " from generate_series(1, 60)",
        LONG,
    )
    run(
        "insert into activity_logs (user_id, action, resource, resource_id)"
        " select %s, 'status.record', 'client', gen_random_uuid()::text"
        " from generate_series(1, 60)",
        console.ana,
    )
    run(
        "insert into authorization_audit"
        " (actor_id, decision, permission, resource, resource_id, missing)"
        " select %s, 'refused', 'clients:reveal', 'client', gen_random_uuid()::text,"
        " 'a grant over every company' from generate_series(1, 60)",
        console.ana,
    )
    for number in range(60):
        console.client(f"{LONG}{number}", assigned_to=console.ana)


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_with_much_to_show_are_light_and_fit(console: ConsoleFixture, width: int) -> None:
    filled(console)
    person = console.staff.hire(*(f"{each} all" for each in _ALL))
    tab = console.tab(person, width=width)
    branch = console.staff.one("select id from branches where code = 'LONGCODE-1'")
    sizes = {}
    for address in (
        "/console",
        "/console/people",
        f"/console/people/{person}",
        "/console/people/new",
        "/console/settings",
        "/console/lookups?table=status_reasons",
        "/console/audits",
        "/console/audits?log=configuration",
        "/console/audits?log=authorization",
        "/console/branches",
        f"/console/branches/{branch}",
        "/console/areas",
        "/console/jobs",
        "/console/team?company=FCASH",
        "/console/clients?company=FCASH",
        "/console/many?company=FCASH",
        "/console/exports?company=FCASH",
    ):
        tab.open(address)
        sizes[address] = len(tab.page.content().encode())
        if tab.overflows():
            sizes[address] = -1
    assert {a: s for a, s in sizes.items() if not 0 < s < MOST_BYTES} == {}
