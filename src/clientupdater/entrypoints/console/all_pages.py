"""Every page of the console. A new page is a module of `pages`, a template, and a line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.entrypoints.console.pages import (
    areas,
    audits,
    branches,
    client,
    clients,
    corrections,
    exports,
    health,
    jobs,
    lookups,
    many,
    my_password,
    my_sessions,
    new_user,
    people,
    record,
    search,
    settings,
    sign_in,
    sync,
    sync_run,
    team,
    work,
)

if TYPE_CHECKING:
    from clientupdater.entrypoints.console.page import Page

ALL_PAGES: tuple[Page, ...] = (
    *sign_in.PAGES,
    *my_password.PAGES,
    *my_sessions.PAGES,
    *work.PAGES,
    *search.PAGES,
    *clients.PAGES,
    *many.PAGES,
    *client.PAGES,
    *record.PAGES,
    *corrections.PAGES,
    *team.PAGES,
    *sync.PAGES,
    *sync_run.PAGES,
    *jobs.PAGES,
    *exports.PAGES,
    *health.PAGES,
    *people.PAGES,
    *new_user.PAGES,
    *branches.PAGES,
    *areas.PAGES,
    *settings.PAGES,
    *lookups.PAGES,
    *audits.PAGES,
)
