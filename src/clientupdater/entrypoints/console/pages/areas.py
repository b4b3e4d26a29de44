"""Areas: the list of them, and one area with its branches."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import attrs
from attrs import field, frozen

from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.console.choices import may
from clientupdater.entrypoints.console.forms import named_by_code
from clientupdater.entrypoints.console.notices import Notice, Sealed, noticed
from clientupdater.entrypoints.console.page import Page
from clientupdater.entrypoints.console.rendering import address
from clientupdater.entrypoints.console.views import CONSOLE, Entered, Forms, Redirect, View
from clientupdater.entrypoints.http.routes.areas import (
    AddAreaBranchRequest,
    AreaName,
    ChangeAreaRequest,
    Company,
    CreateAreaRequest,
    add_area_branch,
    change_area,
    create_area,
    delete_area,
    get_area,
    list_area_branches,
    list_areas,
    remove_area_branch,
)
from clientupdater.entrypoints.http.routes.fields import Cursor, PageQuery, Version
from clientupdater.entrypoints.structuring import Text

if TYPE_CHECKING:
    from clientupdater.domain.ids import CompanyId
    from clientupdater.entrypoints.http.contract import Call

PATH = f"{CONSOLE}/areas"
_AREAS = 50
_READ, _MANAGE = Permission.AREAS_READ, Permission.AREAS_MANAGE


@frozen(kw_only=True)
class AreasQuery:
    """Which page of the areas, or of the branches of one."""

    cursor: Cursor | None = None
    notice: Sealed | None = field(default=None, repr=False)


@frozen(kw_only=True)
class EditForm:
    name: AreaName
    company: Company = None
    version: Version


@frozen(kw_only=True)
class DeleteForm:
    version: Version


@frozen(kw_only=True)
class BranchForm:
    """A branch, by its code."""

    branch: Annotated[str, Text(longest=60, shortest=1)]
    is_primary: bool | None = None


def show_areas(call: Call) -> View:
    return _list(call, Entered())


def _list(call: Call, entered: Entered) -> View:
    query = PageQuery(limit=_AREAS, cursor=call.query.cursor)
    page = list_areas(attrs.evolve(call, route=f"GET {PATH}", path={}, query=query))
    cursor = page.next_cursor
    return View(
        template="areas.html",
        call=call,
        values={
            "areas": page.items,
            "next_page": address(PATH, cursor=cursor) if cursor else None,
            "companies": _companies(call),
            "forms": Forms("create", entered),
        },
    )


def _companies(call: Call) -> list[tuple[str, str]]:
    """List for which companies the person may manage areas; "" for every one."""
    names: Any = call.app.configuration.names(call.caller, generation=call.generation).companies
    each = [(code, code) for company, code in names.items() if may(call, _MANAGE, company)]
    return [("", ""), *sorted(each)] if may(call, _MANAGE) else sorted(each)


def create(call: Call) -> Redirect:
    made = create_area(call).value
    return Redirect(to=noticed(call, f"{PATH}/{made.id}", Notice("saved", {"name": made.code})))


def show_area(call: Call) -> View:
    return _area("", call, Entered())


def _area(at: str, call: Call, entered: Entered) -> View:
    area = get_area(call).value
    query = PageQuery(limit=_AREAS, cursor=call.query.cursor)
    page = list_area_branches(attrs.evolve(call, route=f"GET {PATH}/one", query=query))
    cursor = page.next_cursor
    return View(
        template="area.html",
        call=call,
        values={
            "area": area,
            "branches": page.items,
            "next_page": address(f"{PATH}/{area.id}", cursor=cursor) if cursor else None,
            "companies": _companies(call),
            "may_manage": may(call, _MANAGE, _company_id(call, area.company)),
            "forms": Forms(at, entered),
        },
    )


def _company_id(call: Call, code: str | None) -> CompanyId | None:
    names: Any = call.app.configuration.names(call.caller, generation=call.generation).companies
    return next((company for company, name in names.items() if name == code), None)


def edit(call: Call) -> Redirect:
    form: EditForm = call.body
    body = ChangeAreaRequest(name=form.name, company=form.company)
    changed = change_area(attrs.evolve(call, body=body)).value
    return _back(call, Notice("saved", {"name": changed.code}))


def delete(call: Call) -> Redirect:
    delete_area(call)
    return Redirect(to=noticed(call, PATH, Notice("areas.deleted")))


def add(call: Call) -> Redirect:
    form: BranchForm = call.body
    add_area_branch(_with_branch(call, AddAreaBranchRequest(is_primary=form.is_primary)))
    return _back(call, Notice("areas.added", {"branch": form.branch}))


def remove(call: Call) -> Redirect:
    remove_area_branch(_with_branch(call, None))
    return _back(call, Notice("areas.removed", {"branch": call.body.branch}))


def _with_branch(call: Call, body: AddAreaBranchRequest | None) -> Call:
    """Name the branch in the path, as the HTTP interface does."""
    branch = named_by_code(call.body.branch, "/branch")
    return attrs.evolve(call, path={**call.path, "branch": branch}, body=body)


def _back(call: Call, notice: Notice) -> Redirect:
    return Redirect(to=noticed(call, f"{PATH}/{call.path['area']}", notice))


def _form(path: str, summary: str, handle: Any, at: str, body: type, **others: Any) -> Page:
    return Page(
        method="POST",
        path=f"/areas/{{area}}/{path}",
        summary=summary,
        handle=handle,
        show_again=partial(_area, at),
        query=AreasQuery,
        body=body,
        permission=_MANAGE,
        **others,
    )


PAGES = (
    Page(
        method="GET",
        path="/areas",
        summary="Areas",
        handle=show_areas,
        query=AreasQuery,
        permission=_READ,
    ),
    Page(
        method="POST",
        path="/areas",
        summary="Create an area",
        handle=create,
        show_again=_list,
        query=AreasQuery,
        body=CreateAreaRequest,
        permission=_MANAGE,
    ),
    Page(
        method="GET",
        path="/areas/{area}",
        summary="An area",
        handle=show_area,
        query=AreasQuery,
        permission=_READ,
    ),
    _form("edit", "Change an area", edit, "edit", EditForm, versioned=True),
    _form("delete", "Delete an area", delete, "delete", DeleteForm, versioned=True),
    _form("branches", "Add a branch to an area", add, "add", BranchForm),
    _form("branches/remove", "Remove a branch from an area", remove, "remove", BranchForm),
)
