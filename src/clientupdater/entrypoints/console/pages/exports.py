"""Exports: ask for a file, watch it being written, fetch it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import attrs
from attrs import field, frozen

from clientupdater.domain.exports import ExportFormat, ExportType
from clientupdater.domain.jobs import JobStatus
from clientupdater.domain.permissions import Permission
from clientupdater.domain.rate_limits import Activity
from clientupdater.entrypoints.console.notices import Notice, Sealed, noticed
from clientupdater.entrypoints.console.page import Page
from clientupdater.entrypoints.console.rendering import address
from clientupdater.entrypoints.console.views import CONSOLE, Entered, Redirect, View
from clientupdater.entrypoints.http.routes.clients import ClientFilters
from clientupdater.entrypoints.http.routes.exports import (
    CreateExportRequest,
    ExportsQuery,
    create_export,
    delete_export,
    download_export,
    list_exports,
)
from clientupdater.entrypoints.http.routes.fields import Cursor
from clientupdater.entrypoints.http.routes.report_choice import ReportChoice
from clientupdater.entrypoints.structuring import Text
from clientupdater.ports.exports import ReportName

if TYPE_CHECKING:
    from clientupdater.entrypoints.http.contract import Call, Result

PATH = f"{CONSOLE}/exports"
_EXPORTS = 20
_WAITING = (JobStatus.PENDING, JobStatus.PROCESSING)


@frozen(kw_only=True)
class ExportsPageQuery(ClientFilters):
    """The filters of a file to ask for, and which page of the exports to show."""

    cursor: Cursor | None = None
    notice: Sealed | None = field(default=None, repr=False)


@frozen(kw_only=True)
class AskForm(ClientFilters):
    """What the file holds."""

    type: ExportType = ExportType.CLIENTS
    format: ExportFormat = ExportFormat.XLSX
    report: ReportName | None = None
    """Of the type report; `company`, `period` and these are its parameters."""
    by: Annotated[str, Text(longest=50)] | None = None
    first_day: date | None = None
    last_day: date | None = None


def show_exports(call: Call) -> View:
    return _view(call, Entered())


def _view(call: Call, entered: Entered) -> View:
    query = ExportsQuery(limit=_EXPORTS, cursor=call.query.cursor)
    page = list_exports(attrs.evolve(call, route=f"GET {PATH}", path={}, query=query))
    names = [a.name for a in attrs.fields(ClientFilters)]
    chosen = {n: v for n in names if (v := getattr(call.query, n)) is not None}
    return View(
        template="exports.html",
        call=call,
        values={
            "exports": page.items,
            "next_page": address(PATH, cursor=page.next_cursor) if page.next_cursor else None,
            "moves": any(each.status in _WAITING for each in page.items),
            "types": (ExportType.CLIENTS, ExportType.STATUS),
            "formats": tuple(reversed(ExportFormat)),
            "chosen": {n: str(v).lower() if isinstance(v, bool) else v for n, v in chosen.items()},
            "entered": entered,
        },
    )


def ask(call: Call) -> Redirect:
    """Have a worker write the file."""
    form: AskForm = call.body
    body = CreateExportRequest(type=form.type, format=form.format, **_content(form))
    create_export(attrs.evolve(call, body=body))
    return Redirect(to=noticed(call, PATH, Notice("exports.asked")))


def _content(form: AskForm) -> dict[str, Any]:
    """Name the clients that the file has, or the report."""
    if form.report:
        names = ("company", "period", "by", "first_day", "last_day")
        params = {n: str(v) for n in names if (v := getattr(form, n)) is not None}
        return {"report": ReportChoice(name=form.report, params=params)}
    of_list = [a.name for a in attrs.fields(ClientFilters)]
    return {"filters": ClientFilters(**{name: getattr(form, name) for name in of_list})}


def fetch(call: Call) -> Result:
    return download_export(call)


def delete(call: Call) -> Redirect:
    delete_export(call)
    return Redirect(to=noticed(call, PATH, Notice("exports.deleted")))


def _page(method: str, path: str, summary: str, handle: Any, **others: Any) -> Page:
    return Page(
        method=method,
        path=path,
        summary=summary,
        handle=handle,
        permission=Permission.REPORTS_EXPORT,
        **others,
    )


PAGES = (
    _page("GET", "/exports", "Exports", show_exports, query=ExportsPageQuery),
    _page(
        "POST",
        "/exports",
        "Ask for an export",
        ask,
        query=ExportsPageQuery,
        body=AskForm,
        show_again=_view,
        counts_as=Activity.EXPORT,
    ),
    _page("GET", "/exports/{export}/file", "Fetch an export", fetch),
    _page("POST", "/exports/{export}/delete", "Delete an export", delete),
)
