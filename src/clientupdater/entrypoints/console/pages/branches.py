"""Branches: the list of them, one branch with its contacts, and closing it after a preview."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import attrs
from attrs import field, frozen

from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.console.choices import may
from clientupdater.entrypoints.console.forms import named_by_code
from clientupdater.entrypoints.console.notices import Notice, NoticeQuery, Sealed, noticed
from clientupdater.entrypoints.console.page import Page
from clientupdater.entrypoints.console.rendering import address
from clientupdater.entrypoints.console.views import CONSOLE, Entered, Forms, Redirect, View
from clientupdater.entrypoints.http.routes.branch_contacts import (
    AddContactRequest,
    ChangeContactRequest,
    ContactType,
    ContactValue,
    add_contact,
    change_contact,
    delete_contact,
    list_contacts,
)
from clientupdater.entrypoints.http.routes.branches import (
    BranchName,
    Category,
    ChangeBranchRequest,
    CloseBranchRequest,
    CreateBranchRequest,
    Location,
    change_branch,
    close_branch,
    create_branch,
    get_branch,
    list_branches,
)
from clientupdater.entrypoints.http.routes.fields import Cursor, PageQuery, Version
from clientupdater.entrypoints.structuring import Text

if TYPE_CHECKING:
    from clientupdater.entrypoints.http.contract import Call

PATH = f"{CONSOLE}/branches"
_BRANCHES = 50
_READ, _MANAGE = Permission.BRANCHES_READ, Permission.BRANCHES_MANAGE
Into = Annotated[str, Text(longest=60, shortest=1)]


@frozen(kw_only=True)
class BranchesQuery:
    """Which page of the branches, or which branch."""

    code: Annotated[str, Text(longest=50)] | None = None
    cursor: Cursor | None = None
    notice: Sealed | None = field(default=None, repr=False)


@frozen(kw_only=True)
class EditForm:
    """The branch as it is to be; what is left empty is removed."""

    name: BranchName
    location: Location = None
    category: Category = None
    version: Version


@frozen(kw_only=True)
class ContactForm:
    type: ContactType
    value: ContactValue
    is_primary: bool = False


@frozen(kw_only=True)
class VersionForm:
    version: Version


@frozen(kw_only=True)
class ClosingForm:
    """Where the clients go; with the hash of a preview, to do it."""

    into: Into
    takes_contacts: bool = False
    plan_hash: Annotated[str, Text(longest=64, shortest=64)] | None = None
    version: Version


def show_branches(call: Call) -> View | Redirect:
    if call.query.code:
        return Redirect(to=f"{PATH}/code:{named_by_code(call.query.code, '/code')}")
    return _list(call, Entered())


def _list(call: Call, entered: Entered) -> View:
    query = PageQuery(limit=_BRANCHES, cursor=call.query.cursor)
    page = list_branches(attrs.evolve(call, route=f"GET {PATH}", path={}, query=query))
    cursor = page.next_cursor
    return View(
        template="branches.html",
        call=call,
        values={
            "branches": page.items,
            "next_page": address(PATH, cursor=cursor) if cursor else None,
            "may_manage": may(call, _MANAGE),
            "forms": Forms("create", entered),
        },
    )


def create(call: Call) -> Redirect:
    made = create_branch(call).value
    return Redirect(to=noticed(call, f"{PATH}/{made.id}", Notice("saved", {"name": made.code})))


def show_branch(call: Call) -> View:
    return _branch("", call, Entered())


def _branch(at: str, call: Call, entered: Entered) -> View:
    """Show the branch of the path; of its forms, `at` is the one that was not accepted."""
    return View(
        template="branch.html",
        call=call,
        values={
            "branch": get_branch(call).value,
            "contacts": list_contacts(call).items,
            "may_manage": may(call, _MANAGE),
            "forms": Forms(at, entered),
        },
    )


def edit(call: Call) -> Redirect:
    form: EditForm = call.body
    body = ChangeBranchRequest(name=form.name, location=form.location, category=form.category)
    changed = change_branch(attrs.evolve(call, body=body)).value
    return _back(call, Notice("saved", {"name": changed.code}))


def add(call: Call) -> Redirect:
    form: ContactForm = call.body
    body = AddContactRequest(type=form.type, value=form.value, is_primary=form.is_primary)
    add_contact(attrs.evolve(call, body=body))
    return _back(call, Notice("saved", {"name": form.value}))


def make_primary(call: Call) -> Redirect:
    changed = change_contact(attrs.evolve(call, body=ChangeContactRequest(is_primary=True))).value
    return _back(call, Notice("saved", {"name": changed.value}))


def remove(call: Call) -> Redirect:
    delete_contact(call)
    return _back(call, Notice("branches.contact_deleted"))


def preview(call: Call) -> View:
    """Show what closing the branch would do."""
    values = {"branch": get_branch(call).value, "closing": _closing(call), "form": call.body}
    return View(template="branch_closing.html", call=call, values=values)


def close(call: Call) -> Redirect:
    """Close the branch as it was previewed."""
    done = _closing(call)
    values = {"branch": done.branch, "into": done.into}
    return Redirect(to=noticed(call, PATH, Notice("branches.closed", values)))


def _closing(call: Call) -> Any:
    form: ClosingForm = call.body
    into = f"code:{form.into.strip().removeprefix('code:')}"
    body = CloseBranchRequest(
        into=into, takes_contacts=form.takes_contacts, plan_hash=form.plan_hash
    )
    return close_branch(attrs.evolve(call, body=body))


def _back(call: Call, notice: Notice) -> Redirect:
    return Redirect(to=noticed(call, f"{PATH}/{call.path['branch']}", notice))


def _form(path: str, summary: str, handle: Any, at: str, body: type, **others: Any) -> Page:
    return Page(
        method="POST",
        path=f"/branches/{{branch}}/{path}",
        summary=summary,
        handle=handle,
        show_again=partial(_branch, at),
        query=NoticeQuery,
        body=body,
        permission=_MANAGE,
        **others,
    )


PAGES = (
    Page(
        method="GET",
        path="/branches",
        summary="Branches",
        handle=show_branches,
        query=BranchesQuery,
        permission=_READ,
    ),
    Page(
        method="POST",
        path="/branches",
        summary="Create a branch",
        handle=create,
        show_again=_list,
        query=BranchesQuery,
        body=CreateBranchRequest,
        permission=_MANAGE,
    ),
    Page(
        method="GET",
        path="/branches/{branch}",
        summary="A branch",
        handle=show_branch,
        query=NoticeQuery,
        permission=_READ,
    ),
    _form("edit", "Change a branch", edit, "edit", EditForm, versioned=True),
    _form("contacts", "Add a contact", add, "contact", ContactForm),
    _form(
        "contacts/{contact}/primary",
        "Make a contact the primary one",
        make_primary,
        "contacts",
        VersionForm,
        versioned=True,
    ),
    _form(
        "contacts/{contact}/delete",
        "Delete a contact",
        remove,
        "contacts",
        VersionForm,
        versioned=True,
    ),
    _form(
        "closing",
        "Preview closing a branch",
        preview,
        "closing",
        ClosingForm,
        versioned=True,
        once=False,
    ),
    _form(
        "close",
        "Close a branch",
        close,
        "closing",
        ClosingForm,
        versioned=True,
        past_deadline=True,
    ),
)
