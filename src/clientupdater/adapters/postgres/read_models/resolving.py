"""Look up what a query for clients names: its codes, and the clients or words of its search."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from clientupdater.adapters.postgres.core.connection import Command
from clientupdater.adapters.postgres.core.named_queries import Statement
from clientupdater.adapters.postgres.read_models.client_page import rare_words_statement
from clientupdater.adapters.postgres.read_models.client_walk import ResolvedQuery, common_from
from clientupdater.adapters.postgres.read_models.conditions import query_params
from clientupdater.adapters.postgres.read_models.pieces import BLOCKS
from clientupdater.adapters.postgres.read_models.record_filters import report_params
from clientupdater.domain.errors import Fault, InvalidInput
from clientupdater.domain.ids import BranchId, ClientId
from clientupdater.domain.statuses import PENDING
from clientupdater.ports.client_filter import NONE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from clientupdater.adapters.postgres.configuration.configuration import Configuration
    from clientupdater.adapters.postgres.core.transactions import TransactionControl
    from clientupdater.ports.client_filter import ClientFilter
    from clientupdater.ports.lists import ClientQuery, ReadContext


_KINDS = {
    "company": "company",
    "branch": "branch",
    "area": "area",
    "product": "product",
    "pension_type": "pension_type",
    "pensioner_type": "pensioner_type",
    "par_status": "par_status",
    "account_type": "account_type",
    "row_status": "status",
    "row_reason": "reason",
    "row_branch_then": "any_branch",
    "row_opened_in": "any_branch",
    "row_moved_in": "any_branch",
    "row_moved_out": "any_branch",
    "recorded_reason": "reason",
    "row_contact_branch": "any_branch",
    "row_area_then": "area",
    "row_contact_area": "area",
}
"""The filters that name a code, and what it is a code of."""
_MAY_BE_NONE = ("product", "pension_type")
_NUMBER = re.compile(r"[0-9\s+().-]+")
FEWEST_DIGITS = 7
"""Digits that make a contact number: nobody's has fewer."""
_LOOK_UP = Statement.of(BLOCKS["look_up"])


def resolve(
    control: TransactionControl,
    configuration: Configuration,
    query: ClientQuery,
    read_context: ReadContext,
    known: Collection[ClientId] = (),
    *,
    is_undated: bool = False,
) -> ResolvedQuery | None:
    """Look up what the query names; None where its search can find nobody.

    Raises InvalidInput for each code that does not exist.
    """
    if query.filter.as_of:
        raise InvalidInput.of("/as_of", "is a filter of GET /reports/clients")
    resolver = _Resolver(control)
    ids = ids_of(query.filter, configuration)
    search = resolver.search(query.q, known) if query.q is not None else {}
    if search is None:
        return None
    resolved = ResolvedQuery(
        query=query,
        client_scope=configuration.scope(read_context.clients),
        status_scope=configuration.scope(read_context.statuses),
        now=read_context.now,
        today=read_context.today,
        report_scope=configuration.scope(read_context.reports) if read_context.reports else None,
        report_params=report_params(configuration, ids.get("company"), read_context.zone),
        ids=ids,
        area_members=area_members(ids, configuration),
        is_undated=is_undated,
        **search,
    )
    many = common_from(resolved)
    return resolved if many is None else resolver.with_rare_words(resolved, many)


def ids_of(wanted: ClientFilter, configuration: Configuration) -> Mapping[str, UUID]:
    """Find the ids of its codes. Raises InvalidInput for each that does not exist."""
    named = _codes_in(wanted)
    known = configuration.ids
    ids = {name: known[_KINDS[name]].get(code) for name, code in named.items()}
    if unknown := [name for name, identity in ids.items() if identity is None]:
        names = (name.removeprefix("row_") for name in unknown)
        raise InvalidInput(Fault(f"/{name}", "there is no such code") for name in names)
    found = {name: identity for name, identity in ids.items() if identity}
    if reason := found.get("row_reason"):
        # A reason belongs to one status, whose rows have an index.
        found.setdefault("row_status", configuration.status_of_reason[reason])
    return found


def area_members(ids: Mapping[str, UUID], configuration: Configuration) -> tuple[BranchId, ...]:
    area = ids.get("area")
    members = configuration.area_branches.get(area, ()) if area else ()
    return tuple(map(BranchId, members))


@frozen
class _Resolver:
    control: TransactionControl

    def search(self, q: str, known: Collection[ClientId]) -> dict[str, Any] | None:
        """Find the clients that a number or code names, else the words of names."""
        words, named = self._look_up(q)
        if among := {*named, *known}:
            return {"among": tuple(among)}
        if not words or _NUMBER.fullmatch(q):
            return None
        # The longest first: it is the rarest, as a rule.
        return {"words": tuple(sorted(words, key=len, reverse=True))}

    def with_rare_words(self, resolved: ResolvedQuery, common_from: int) -> ResolvedQuery:
        statement = Statement.of(rare_words_statement(resolved, common_from))
        ((rare, whole),) = self.control.read(Command.of(statement, query_params(resolved)))
        return evolve(resolved, rare_words=frozenset(rare), whole_words=tuple(whole))

    def _look_up(self, q: str) -> tuple[list[str], list[ClientId]]:
        """Read the words of a text, and the clients whose number or code it is."""
        text = q.strip()
        digits = sum(each.isdigit() for each in text)
        is_number = bool(_NUMBER.fullmatch(text)) and digits >= FEWEST_DIGITS
        codes = [text, text.upper()] if is_number or len(text.split()) == 1 else []
        params = {"codes": codes, "q": text, "number": is_number}
        ((words, named),) = self.control.read(Command.of(_LOOK_UP, params))
        return words, [ClientId(id_) for id_ in named]


def _codes_in(wanted: ClientFilter) -> dict[str, str]:
    codes = {name: _code_in(wanted, name) for name in _KINDS}
    if wanted.row and wanted.row.touched is False:
        # A row that nobody has touched is at PENDING, and rows of one status have an index.
        codes["row_status"] = codes["row_status"] or PENDING
    return {name: code for name, code in codes.items() if code is not None}


def _code_in(wanted: ClientFilter, name: str) -> str | None:
    if name.startswith("row_"):
        code = getattr(wanted.row, name.removeprefix("row_")) if wanted.row else None
    else:
        code = getattr(wanted, name)
        code = None if code == NONE and name in _MAY_BE_NONE else code
    return None if code is None else str(code)
