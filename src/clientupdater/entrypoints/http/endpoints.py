"""Every endpoint there is, by what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.entrypoints.http.routes import (
    assignments,
    client_history,
    contacts,
    exports,
    filter_options,
    grants,
    jobs,
    pension_numbers,
    periods,
    reading,
    schedules,
    sessions,
    sync,
    sync_mappings,
    tracking,
    user_sessions,
    users,
    webhooks,
)

if TYPE_CHECKING:
    from clientupdater.entrypoints.http.contract import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (
    *sessions.ENDPOINTS,
    *filter_options.ENDPOINTS,  # before what would read it as a client's name
    *reading.ENDPOINTS,
    *contacts.ENDPOINTS,
    *client_history.ENDPOINTS,
    *pension_numbers.ENDPOINTS,
    *tracking.ENDPOINTS,
    *assignments.ENDPOINTS,
    *users.ENDPOINTS,
    *user_sessions.ENDPOINTS,
    *grants.ENDPOINTS,
    *periods.ENDPOINTS,
    *sync.ENDPOINTS,
    *sync_mappings.ENDPOINTS,
    *webhooks.ENDPOINTS,
    *jobs.ENDPOINTS,
    *schedules.ENDPOINTS,
    *exports.ENDPOINTS,
)
