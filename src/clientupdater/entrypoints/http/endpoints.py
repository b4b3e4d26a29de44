"""Every endpoint, by capability: the headings of the documentation."""

from __future__ import annotations

import attrs

from clientupdater.entrypoints.http.contract import Capability, Endpoint
from clientupdater.entrypoints.http.routes import (
    areas,
    assignments,
    audits,
    branch_contacts,
    branches,
    bulk_updates,
    changes,
    client_history,
    clients,
    config_changes,
    config_lookups,
    config_options,
    config_settings,
    contacts,
    dossiers,
    exports,
    filter_options,
    grants,
    hand_overs,
    imports,
    jobs,
    lookups,
    past_clients,
    pension_numbers,
    periods,
    progress_reports,
    reports,
    roles,
    schedules,
    seals,
    sessions,
    staff_reports,
    stand_ins,
    sync,
    sync_mappings,
    tracking,
    update_previews,
    user_sessions,
    user_states,
    users,
    webhooks,
    worklist,
)

_CAPABILITIES: tuple[tuple[Capability, tuple[Endpoint, ...]], ...] = (
    (
        Capability("Sign-in", "Open and end sessions, and see what the signed-in user may do."),
        sessions.ENDPOINTS,
    ),
    (
        Capability("Worklist", "The clients to contact next, in the order of urgency."),
        worklist.ENDPOINTS,
    ),
    (
        Capability(
            "Tracking",
            "A client's status in each period: record updates, look back, correct mistakes.",
        ),
        (*tracking.ENDPOINTS, *bulk_updates.ENDPOINTS, *update_previews.ENDPOINTS),
    ),
    (
        Capability("Clients", "Find clients, see their records, correct their contact numbers."),
        (
            *filter_options.ENDPOINTS,  # before the path that would read it as a client's id
            *clients.ENDPOINTS,
            *contacts.ENDPOINTS,
            *client_history.ENDPOINTS,
            *pension_numbers.ENDPOINTS,
        ),
    ),
    (Capability("Lookups", "The codes that people choose from."), lookups.ENDPOINTS),
    (
        Capability("Assignments", "Assign clients to officers, and explain who may see them."),
        (*assignments.ENDPOINTS, *hand_overs.ENDPOINTS, *stand_ins.ENDPOINTS),
    ),
    (
        Capability("Users", "Accounts of the staff, their sessions and passwords."),
        (*users.ENDPOINTS, imports.USERS, *user_states.ENDPOINTS, *user_sessions.ENDPOINTS),
    ),
    (
        Capability("Permissions", "What users may do, and in which branches and areas."),
        grants.ENDPOINTS,
    ),
    (
        Capability("Roles", "Named sets of permissions, one for each job, and who has them."),
        roles.ENDPOINTS,
    ),
    (
        Capability("Organisation", "Areas, branches and the contacts of branches."),
        (
            *areas.ENDPOINTS,
            *branches.ENDPOINTS,
            imports.BRANCHES,
            *branch_contacts.ENDPOINTS,
        ),
    ),
    (
        Capability("Periods", "The months and quarters of the work, and their seals."),
        (*periods.ENDPOINTS, *seals.ENDPOINTS),
    ),
    (
        Capability("Changes", "What is recorded, for other services to follow."),
        changes.ENDPOINTS,
    ),
    (
        Capability("Reports", "Figures that carry the filter of their clients, and signals."),
        (
            *progress_reports.ENDPOINTS,
            *reports.ENDPOINTS,
            *staff_reports.ENDPOINTS,
            *past_clients.ENDPOINTS,
        ),
    ),
    (Capability("Exports", "Files of clients, their status or a report."), exports.ENDPOINTS),
    (
        Capability("Sync", "Read clients from their sources: plan, approve, apply."),
        (*sync.ENDPOINTS, *sync_mappings.ENDPOINTS),
    ),
    (
        Capability("Configuration", "Settings, options and lookups, in effect at once."),
        (
            *config_settings.ENDPOINTS,
            *config_options.ENDPOINTS,
            *config_lookups.ENDPOINTS,
            *config_changes.ENDPOINTS,
        ),
    ),
    (
        Capability("Audits", "What was changed, refused and seen, and by whom."),
        (*audits.ENDPOINTS, *dossiers.ENDPOINTS),
    ),
    (Capability("Webhooks", "Notices from other systems."), webhooks.ENDPOINTS),
    (
        Capability("Jobs", "The work in the background, and the schedules that start it."),
        (*jobs.ENDPOINTS, *schedules.ENDPOINTS),
    ),
)
ENDPOINTS: tuple[Endpoint, ...] = tuple(
    attrs.evolve(endpoint, capability=capability)
    for capability, endpoints in _CAPABILITIES
    for endpoint in endpoints
)
