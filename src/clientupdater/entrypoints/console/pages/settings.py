"""Settings that take effect at once, for every company or for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import attrs
from attrs import field, frozen

from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.console.notices import Notice, Sealed, noticed
from clientupdater.entrypoints.console.page import Page
from clientupdater.entrypoints.console.rendering import address
from clientupdater.entrypoints.console.views import CONSOLE, Entered, Redirect, View
from clientupdater.entrypoints.http.routes.config_settings import (
    SaveSettingRequest,
    list_settings,
    save_setting,
)
from clientupdater.entrypoints.http.routes.fields import Version
from clientupdater.entrypoints.structuring import Text

if TYPE_CHECKING:
    from clientupdater.entrypoints.http.contract import Call

PATH = f"{CONSOLE}/settings"


@frozen(kw_only=True)
class SettingsQuery:
    """The company whose value a form stores; none: the general one."""

    company: Annotated[str, Text(longest=50, shortest=1)] | None = None
    notice: Sealed | None = field(default=None, repr=False)


@frozen(kw_only=True)
class SettingForm:
    value: Annotated[str, Text(longest=10_000)] = ""
    version: Version


def show_settings(call: Call) -> View:
    return _view(call, Entered())


def _view(call: Call, entered: Entered) -> View:
    items: Any = list_settings(call).items
    chosen = getattr(call.query, "company", None)
    return View(
        template="settings.html",
        call=call,
        values={
            "items": [each for each in items if _is_shown(each, chosen)],
            "general": {each.key: each.value for each in items if each.company is None},
            "chosen": chosen,
            "chips": [
                (each, address(PATH, company=each))
                for each in [None, *sorted({each.company for each in items if each.company})]
            ],
            "may_manage": bool(call.caller.actor.grants_of(Permission.CONFIG_MANAGE)),
            "at_fault": (call.path.get("setting"), chosen),
            "entered": entered,
        },
    )


def _is_shown(setting: Any, chosen: str | None) -> bool:
    """Show a company's values, or the general ones with those that a company has of its own."""
    return setting.company == chosen or (chosen is None and setting.version > 0)


def save(call: Call) -> Redirect:
    """Store a value; it counts from the next request on."""
    form: SettingForm = call.body
    save_setting(
        attrs.evolve(call, body=SaveSettingRequest(value=form.value, version=form.version))
    )
    here = address(PATH, company=call.query.company)
    return Redirect(to=noticed(call, here, Notice("settings.saved", {"key": call.path["setting"]})))


PAGES = (
    Page(
        method="GET",
        path="/settings",
        summary="Settings",
        handle=show_settings,
        query=SettingsQuery,
        permission=Permission.CONFIG_READ,
    ),
    Page(
        method="POST",
        path="/settings/{setting}",
        summary="Store a setting",
        handle=save,
        show_again=_view,
        query=SettingsQuery,
        body=SettingForm,
        versioned=True,
        permission=Permission.CONFIG_MANAGE,
    ),
)
