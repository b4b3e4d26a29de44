"""Settings that administrators change while the software runs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.domain.settings_values import LONGEST_VALUE, ValueType
from clientupdater.entrypoints.http.contract import Call, Endpoint, Result
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes.conflicts import conflicts_shown
from clientupdater.entrypoints.http.routes.fields import DeleteRequest, Version
from clientupdater.entrypoints.structuring import Text
from clientupdater.ports.lists import StaffMember

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clientupdater.app import App
    from clientupdater.domain.callers import Caller
    from clientupdater.usecases.configuration.settings import ShownSetting

Company = Annotated[
    Annotated[str, Text(longest=50, shortest=1)] | None,
    About("The company's code. Left out: every company without a value of its own.", "FCASH"),
]


@frozen(kw_only=True)
class SettingQuery:
    """The company whose value is meant; none: the general one."""

    company: Company = None


@frozen(kw_only=True)
class Setting:
    """A setting, for one company or (null) for every company without a value of its own."""

    key: Annotated[str, About("The setting's key.", "status.backdating_days")]
    company: Annotated[
        str | None, About("The company's code; null: every company without its own value.", None)
    ]
    meaning: Annotated[
        str, About("What the setting does.", "Days in which a period can still be written to.")
    ]
    value_type: Annotated[ValueType, About("How the text is read.", "number")]
    expected: Annotated[str, About("The values that fit.", "a whole number from 0 to 28")]
    default: Annotated[str, About("The value where none is stored.", "5")]
    value: Annotated[str, About("The value in effect.", "5")]
    stored: Annotated[
        str | None,
        About("The value stored for exactly this company; null: none, or you lack the right.", "5"),
    ]
    is_public: bool
    updated_by: Annotated[StaffMember | None, About("The person that stored it; null: none.")]
    updated_at: Annotated[datetime | None, About("When it was stored; null: never.")]
    version: Annotated[int, About("The version of the stored value; 0: there is none.", 3)]


@frozen
class SettingList:
    """The settings that you may read, by key; the general value first, then each company's."""

    items: tuple[Setting, ...]


@frozen(kw_only=True)
class SaveSettingRequest:
    """The value to store. Version 0 says that none was stored."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"value": "7", "version": 3}

    value: Annotated[str, Text(longest=LONGEST_VALUE)]
    is_public: bool | None = None
    version: Version | None = None


def list_settings(call: Call) -> SettingList:
    """List the settings with their values for each company. Without `config:read`, public values
    alone.
    """
    return SettingList(
        settings_shown(call.app, call.caller, call.app.configuration.settings.list(call.caller))
    )


def get_setting(call: Call) -> Result:
    """Show a setting. A public value needs no permission, others need `config:read`."""
    key, company = call.path["setting"], call.query.company
    return _result(call, call.app.configuration.settings.show(call.caller, key, company))


def save_setting(call: Call) -> Result:
    """Store a value, for one company or (without `company`) for all that have none of their own. It
    is in effect from the next request on.
    """
    body: SaveSettingRequest = call.body
    with conflicts_shown(lambda: get_setting(call).value):
        saved = call.app.configuration.settings.set(
            call.caller,
            call.path["setting"],
            call.query.company,
            body.value,
            is_public=body.is_public,
            version=call.version,
        )
    return _result(call, saved)


def delete_setting(call: Call) -> None:
    """Delete a stored value: the general one, or the default, is in effect again."""
    key, company = call.path["setting"], call.query.company
    with conflicts_shown(lambda: get_setting(call).value):
        call.app.configuration.settings.unset(call.caller, key, company, call.version)


def _result(call: Call, shown: ShownSetting) -> Result:
    (setting,) = settings_shown(call.app, call.caller, [shown])
    return Result(value=setting, version=shown.version)


def settings_shown(app: App, caller: Caller, items: Iterable[ShownSetting]) -> tuple[Setting, ...]:
    """Show settings, with the names of who stored them."""
    listed = list(items)
    people = [each.stored.updated_by for each in listed if each.stored]
    names = app.configuration.names(caller, people).people
    return tuple(_of(each, names) for each in listed)


def _of(shown: ShownSetting, names: Any) -> Setting:
    known, stored = shown.known, shown.stored
    by = stored.updated_by if stored else None
    return Setting(
        key=known.key,
        company=shown.company,
        meaning=known.meaning,
        value_type=known.value_type,
        expected=known.expected,
        default=known.default,
        value=shown.value,
        stored=stored.value if stored else None,
        is_public=shown.is_public,
        updated_by=StaffMember(by, names[by]) if by else None,
        updated_at=stored.updated_at if stored else None,
        version=shown.version,
    )


_SETTING = "/config/settings/{setting}"

ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/config/settings",
        summary="List settings",
        handle=list_settings,
        answers=SettingList,
    ),
    Endpoint(
        method="GET",
        path=_SETTING,
        summary="Get a setting",
        handle=get_setting,
        query=SettingQuery,
        answers=Setting,
    ),
    Endpoint(
        method="PUT",
        path=_SETTING,
        summary="Store a setting",
        handle=save_setting,
        query=SettingQuery,
        body=SaveSettingRequest,
        answers=Setting,
        permission=Permission.CONFIG_MANAGE,
        versioned=True,
    ),
    Endpoint(
        method="DELETE",
        path=_SETTING,
        summary="Delete a stored setting",
        handle=delete_setting,
        status=204,
        query=SettingQuery,
        body=DeleteRequest,
        body_required=False,
        permission=Permission.CONFIG_MANAGE,
        versioned=True,
    ),
)
