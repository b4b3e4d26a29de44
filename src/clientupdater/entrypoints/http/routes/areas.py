"""Areas, and which branches they have (A2, A6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import attrs
from attrs import frozen

from clientupdater.domain.errors import AlreadyExists, PrivilegeExceeded
from clientupdater.domain.organisation import LONGEST_CODE, LONGEST_NAME
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.contract import BASE, Call, Endpoint, Result
from clientupdater.entrypoints.http.cursors import opened_cursor, sealed_cursor
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes.conflicts import conflicts_shown
from clientupdater.entrypoints.http.routes.fields import AS_IT_IS, PageQuery, Version
from clientupdater.entrypoints.http.routes.organisation_shapes import (
    AREA_CODE,
    AREA_COMPANY,
    AREA_NAME,
    Area,
    AreaBranch,
)
from clientupdater.entrypoints.structuring import Text
from clientupdater.usecases.organisation.areas import AreaChanges, NewArea

if TYPE_CHECKING:
    from clientupdater.domain.organisation import Area as KnownArea

Code = Annotated[str, Text(longest=LONGEST_CODE, shortest=1)]
Name = Annotated[str, Text(longest=LONGEST_NAME, shortest=1)]
AreaCode = Annotated[Code, AREA_CODE]
AreaName = Annotated[Name, AREA_NAME]
Company = Annotated[Code | None, AREA_COMPANY]


@frozen
class AreasPage:
    """A page of areas, by code."""

    items: Annotated[tuple[Area, ...], About("The areas of this page.")]
    next_cursor: str | None
    has_more: bool


@frozen(kw_only=True)
class CreateAreaRequest:
    """The new area."""

    code: AreaCode
    name: AreaName
    company: Company = None


@frozen(kw_only=True)
class ChangeAreaRequest:
    """What to change. A null company means every company."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"name": "Metro South", "version": 3}

    name: AreaName = AS_IT_IS
    company: Company = AS_IT_IS
    version: Version | None = None


@frozen
class DeleteAreaRequest:
    """The version that you read, if no header names it."""

    version: Version | None = None


@frozen
class AreaBranchesPage:
    """A page of an area's branches, by code."""

    items: Annotated[tuple[AreaBranch, ...], About("The branches of this page.")]
    next_cursor: str | None
    has_more: bool


@frozen(kw_only=True)
class AddAreaBranchRequest:
    """Whether the area becomes the branch's primary one."""

    is_primary: Annotated[
        bool | None,
        About(
            "True: this becomes the branch's primary area, in place of another. Null: as it is.",
            example=True,
        ),
    ] = None


def list_areas(call: Call) -> AreasPage:
    """List the areas that you may see, by code."""
    query: PageQuery = call.query
    after = opened_cursor(call, query.cursor) if query.cursor else ""
    result = call.app.organisation.areas.list(call.caller, after=after, at_most=query.limit + 1)
    page, has_more = result[: query.limit], len(result) > query.limit
    names = call.app.configuration.names(call.caller)
    cursor = sealed_cursor(call, page[-1].code) if has_more else None
    return AreasPage(tuple(Area.of(each, names) for each in page), cursor, has_more)


def create_area(call: Call) -> Result:
    """Create an area, of one company or of every company. It has no branches yet."""
    made = call.app.organisation.areas.create(call.caller, NewArea(**attrs.asdict(call.body)))
    return _result(call, made, location=f"{BASE}/areas/{made.id}")


def get_area(call: Call) -> Result:
    """Show an area."""
    return _result(call, call.app.organisation.areas.show(call.caller, call.path["area"]))


def change_area(call: Call) -> Result:
    """Change an area. Members that you leave out stay; the code never changes."""
    body: ChangeAreaRequest = call.body
    changes = AreaChanges(
        name=None if body.name is AS_IT_IS else body.name,
        company=None if body.company is AS_IT_IS else body.company or "",
    )
    with conflicts_shown(lambda: get_area(call).value):
        changed = call.app.organisation.areas.change(
            call.caller, call.path["area"], changes, call.version
        )
    return _result(call, changed)


def delete_area(call: Call) -> None:
    """Delete an area. Users who have it lose its branches, and the clients there lose them as their
    officer. The branches stay.
    """
    with conflicts_shown(lambda: get_area(call).value):
        call.app.organisation.areas.delete(call.caller, call.path["area"], call.version)


def list_area_branches(call: Call) -> AreaBranchesPage:
    """List the branches of an area, by code."""
    query: PageQuery = call.query
    after = opened_cursor(call, query.cursor) if query.cursor else ""
    result = call.app.organisation.areas.branches(
        call.caller, call.path["area"], after=after, at_most=query.limit + 1
    )
    page, has_more = result[: query.limit], len(result) > query.limit
    cursor = sealed_cursor(call, page[-1].code) if has_more else None
    return AreaBranchesPage(tuple(map(AreaBranch.of, page)), cursor, has_more)


def add_area_branch(call: Call) -> None:
    """Add a branch to an area, or change whether this is its primary area. It has at most one."""
    body: AddAreaBranchRequest | None = call.body
    call.app.organisation.areas.place_branch(
        call.caller,
        call.path["area"],
        call.path["branch"],
        is_primary=body.is_primary if body else None,
    )


def remove_area_branch(call: Call) -> None:
    """Remove a branch from an area."""
    call.app.organisation.areas.remove_branch(call.caller, call.path["area"], call.path["branch"])


def _result(call: Call, area: KnownArea, location: str | None = None) -> Result:
    shown = Area.of(area, call.app.configuration.names(call.caller))
    return Result(value=shown, version=shown.version, location=location)


def _admit(call: Call) -> None:
    call.app.organisation.areas.judge(call.caller, call.path["area"])


_AREA, _MEMBER = "/areas/{area}", "/areas/{area}/branches/{branch}"
_READ, _MANAGE = Permission.AREAS_READ, Permission.AREAS_MANAGE

ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/areas",
        summary="List areas",
        handle=list_areas,
        query=PageQuery,
        answers=AreasPage,
        permission=_READ,
    ),
    Endpoint(
        method="POST",
        path="/areas",
        summary="Create an area",
        handle=create_area,
        status=201,
        has_location=True,
        body=CreateAreaRequest,
        answers=Area,
        permission=_MANAGE,
        errors=(AlreadyExists,),
    ),
    Endpoint(
        method="GET",
        path=_AREA,
        summary="Get an area",
        handle=get_area,
        answers=Area,
        permission=_READ,
    ),
    Endpoint(
        method="PATCH",
        path=_AREA,
        summary="Change an area",
        handle=change_area,
        body=ChangeAreaRequest,
        answers=Area,
        permission=_MANAGE,
        admit=_admit,
        versioned=True,
    ),
    Endpoint(
        method="DELETE",
        path=_AREA,
        summary="Delete an area",
        handle=delete_area,
        status=204,
        body=DeleteAreaRequest,
        body_required=False,
        permission=_MANAGE,
        admit=_admit,
        versioned=True,
        errors=(PrivilegeExceeded,),
    ),
    Endpoint(
        method="GET",
        path=f"{_AREA}/branches",
        summary="List an area's branches",
        handle=list_area_branches,
        query=PageQuery,
        answers=AreaBranchesPage,
        permission=_READ,
    ),
    Endpoint(
        method="PUT",
        path=_MEMBER,
        summary="Add a branch to an area",
        handle=add_area_branch,
        status=204,
        body=AddAreaBranchRequest,
        body_required=False,
        permission=_MANAGE,
        admit=_admit,
        errors=(PrivilegeExceeded,),
    ),
    Endpoint(
        method="DELETE",
        path=_MEMBER,
        summary="Remove a branch from an area",
        handle=remove_area_branch,
        status=204,
        permission=_MANAGE,
        admit=_admit,
        errors=(PrivilegeExceeded,),
    ),
)
