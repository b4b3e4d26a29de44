"""Choose how a list of clients is walked: by its order, its filters and the size of its scope.

Nothing here reads or writes SQL: `client_page` renders the walk that is chosen.
"""

from __future__ import annotations

from enum import StrEnum, auto
from functools import cached_property
from typing import TYPE_CHECKING

import attrs
from attrs import field, frozen

from clientupdater.adapters.postgres.read_models.shape import Shape
from clientupdater.domain.periods import Cycle, Period
from clientupdater.ports.lists import ClientSort

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from typing import Any
    from uuid import UUID

    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.domain.ids import BranchId, ClientId
    from clientupdater.ports.client_filter import ClientFilter, StatusFilter
    from clientupdater.ports.lists import ClientQuery

LONG_WORD = 3
"""Letters from which on a common word may lead the walk; shorter ones begin too many words."""
SEVERAL = 2
COMMON = 5_000
"""Clients with a word that make it common: a walk in any order soon meets enough of them."""
COMMON_IN_A_BRANCH = 5
"""The same for each of many branches, where the words of all other branches are passed over."""
MANY_WHOLE_WORDS = 33
"""Words with one beginning that are too many for a walk of each."""
_NARROWING = frozenset(
    {
        "row_exempt",
        "row_terminal",
        "row_touched",
        "row_untouched_days",
        "row_has_payment",
        "row_follow_up_before",
        "row_updated_by",
        "row_branch_then",
        "row_area_then",
        "row_promised_before",
        "row_contact_branch",
        "row_contact_area",
        "row_contact_by",
        "row_done_by",
        "row_done_until",
    }
)
"""Filters that few rows may answer to, and that an index of the rows serves."""


FOUND_FIRST = frozenset({"row_opened_in", "row_moved_in", "row_moved_out", "recorded_by"})
"""Filters whose few clients are found before the walk, by an index of the rows or events."""


class Arm(StrEnum):
    """One part of a walk: which index it goes along, and where it begins."""

    EVERYTHING = auto()
    """The index of clients in their order, over everything."""
    COMPANIES = auto()
    """The same, past the clients of other companies."""
    EACH_COMPANY = auto()
    """The index of clients of a company, for each company."""
    EACH_BRANCH = auto()
    """The index of clients of a branch, for each branch."""
    OFFICER = auto()
    """The clients of the officer asked for, found first and then sorted."""
    FOUND = auto()
    """The clients with the words that are read first, by the names beside these words."""
    OF_WORD = auto()
    """The clients with the first word, by the names beside each whole word that begins so."""
    OWN = auto()
    """The actor's own clients, found first and then sorted."""
    OWN_IN_ORDER = auto()
    """The actor's own clients, which their index holds in this order."""
    ROWS_OF_EVERYTHING = auto()
    """An index of the period rows, over everything: by day, or by name within a status."""
    ROWS_OF_COMPANIES = auto()
    """The same, past the rows of other companies."""
    ROWS_OF_EACH_BRANCH = auto()
    """An index of the period rows of a branch, for each branch and period."""
    ROWS_OF_OWN = auto()
    """The rows of the actor's own clients, by their keys."""


@frozen(kw_only=True)
class ResolvedQuery:
    """A query with the ids of its codes, the words of its search, its scopes and its moment."""

    query: ClientQuery
    client_scope: AccessScope
    status_scope: AccessScope
    """Both name each company that they cover."""
    now: datetime
    today: date
    report_scope: AccessScope | None = None
    report_params: Mapping[str, object] = field(factory=dict)
    """The settings that filters by records go by."""
    ids: Mapping[str, UUID | None]
    area_members: tuple[BranchId, ...] = ()
    words: tuple[str, ...] = ()
    rare_words: frozenset[int] = frozenset()
    """The words, by their place, that few clients in scope have."""
    whole_words: tuple[str, ...] = ()
    """Those that begin as the first of the words does, up to many; in a few branches, none."""
    among: tuple[ClientId, ...] | None = None
    """The clients that a number or a code names; None where it names none."""
    is_undated: bool = False
    """Whether it lists only clients without a follow-up day."""

    @cached_property
    def filters(self) -> Mapping[str, Any]:
        """What each filter asks for; those of the row begin with ``row_``."""
        undated = {"undated": True} if self.is_undated else {}
        return _filters(self.query.filter) | undated

    @property
    def asks_for_rows(self) -> bool:
        """Whether a client's period row decides if it is listed, or in which order."""
        by_day = self.query.sort is ClientSort.FOLLOW_UP or self.is_undated
        return self.query.filter.row is not None or by_day

    @property
    def finds_few(self) -> bool:
        """Whether its rows or records are found first: of a branch or of a person (R3)."""
        return not FOUND_FIRST.isdisjoint(self.filters)

    @property
    def narrows_rows(self) -> bool:
        """Whether a filter asks for what few rows may be: an index of the rows has them."""
        return any(
            name in _NARROWING and value is not False for name, value in self.filters.items()
        )

    @property
    def names_officer(self) -> bool:
        """Whether it lists one officer's clients."""
        return bool(self.filters.get("assigned_to", "none") != "none")

    @property
    def is_mine(self) -> bool:
        """Whether it lists the actor's clients while they stand in for others (A2)."""
        scope = self.client_scope
        return bool(scope.stands_in_for) and self.filters.get("assigned_to") == scope.actor

    @property
    def area(self) -> Shape:
        """Where the clients are: in the branch or area asked for, else in the scope."""
        if branch := self.ids.get("branch"):
            return Shape(branches=(branch,))
        if "area" in self.filters:
            return Shape().within(frozenset(self.area_members))
        return Shape.of(self.client_scope)

    @property
    def periods(self) -> list[str]:
        """The period asked for, else those that run; none that is too young for such a row."""
        row = self.query.filter.row
        asked = [row.period] if row and row.period else _running(self.today)
        if row and row.untouched_days is not None:
            asked = [p for p in asked if _has_run_for(p, row.untouched_days, self.today)]
        return [str(period) for period in asked]


@frozen(kw_only=True)
class ClientWalk:
    """How a page of clients is found."""

    arms: tuple[Arm, ...]
    """The parts that are merged into the page."""
    area: Shape
    """The branches and companies that the arms and the ranges of words begin at."""
    read_words: tuple[int, ...] = ()
    """The words, by their place, all of whose clients are read first."""
    checked_words: tuple[int, ...] = ()
    """The words that each client met is checked for."""
    is_steady: bool = False
    """Whether one plan serves every such page, so that it may be kept prepared."""


def choose_client_walk(resolved: ResolvedQuery) -> ClientWalk:
    """Choose: a filter that names few clients counts before the scope."""
    area, read_words = resolved.area, _read_words(resolved)
    if not resolved.periods:
        return ClientWalk(arms=(), area=area)
    names_few = resolved.among is not None or bool(read_words) or resolved.finds_few
    shape = Shape(everything=True) if resolved.names_officer or names_few else area
    of_word = not names_few and _walks_a_word(resolved)
    led_by = (0,) if of_word else read_words
    return ClientWalk(
        arms=(Arm.OF_WORD,) if of_word else _arms(resolved, shape, names_few=names_few),
        area=area,
        read_words=read_words,
        checked_words=tuple(n for n, _ in enumerate(resolved.words) if n not in led_by),
        is_steady=_has_one_plan(resolved),
    )


def _arms(resolved: ResolvedQuery, shape: Shape, *, names_few: bool) -> tuple[Arm, ...]:
    if _walks_rows(resolved, names_few=names_few):
        return _row_arms(resolved, shape)
    by_name = resolved.query.sort is ClientSort.NAME and bool(_read_words(resolved))
    return _client_arms(resolved, shape, finds_by_name=by_name)


def _has_one_plan(resolved: ResolvedQuery) -> bool:
    """Whether the walk is the same whatever the values: all clients, or the rows of one status.

    A search without filters leaves the planner no choice: each of its steps has one index.
    """
    if resolved.query.q is not None:
        return not (resolved.filters or resolved.asks_for_rows)
    if resolved.filters.keys() == {"row_status"}:
        return resolved.query.sort is ClientSort.NAME
    return not (resolved.filters or resolved.asks_for_rows)


def common_from(resolved: ResolvedQuery) -> int | None:
    """How many clients make a word common; None where it makes no difference to the walk."""
    if resolved.names_officer or not resolved.words:
        return None
    scope = resolved.client_scope
    branches = len(scope.direct_branches | scope.area_branches)
    return min(COMMON, COMMON_IN_A_BRANCH * branches) if resolved.area.everything else COMMON


def running_periods(today: date) -> list[str]:
    return [str(period) for period in _running(today)]


def _running(today: date) -> list[Period]:
    return [Period.containing(today, cycle) for cycle in Cycle]


def _has_run_for(period: Period, days: int, today: date) -> bool:
    """Whether its first rows, of the evening before it began, have been there for so long (P4)."""
    return days <= (today - period.first_day).days + 1


def _read_words(resolved: ResolvedQuery) -> tuple[int, ...]:
    """The rare words; where all are common, two or more long ones: few clients have both."""
    if resolved.names_officer or resolved.among is not None:
        return ()
    long = [n for n, word in enumerate(resolved.words) if len(word) >= LONG_WORD]
    is_read = len(long) >= SEVERAL and not _walks_a_word(resolved)
    return tuple(sorted(resolved.rare_words) or (long if is_read else []))


def _walks_a_word(resolved: ResolvedQuery) -> bool:
    """Whether the first of common words has few whole words, whose clients stand in order.

    A walk along all names would pass over everyone before the first client with a first name.
    """
    if resolved.query.sort is not ClientSort.NAME or resolved.rare_words:
        return False
    if resolved.names_officer or resolved.narrows_rows:
        return False
    return 0 < len(resolved.whole_words) < MANY_WHOLE_WORDS


def _walks_rows(resolved: ResolvedQuery, *, names_few: bool) -> bool:
    """Whether an index of the rows gives the order: by day, or by name within a status."""
    if resolved.query.sort is ClientSort.FOLLOW_UP:
        return True
    few = resolved.names_officer or names_few or resolved.filters.get("active") is False
    if resolved.query.sort is not ClientSort.NAME or few or "loan_status" in resolved.filters:
        return False
    return "row_status" in resolved.ids or resolved.narrows_rows


def _row_arms(resolved: ResolvedQuery, shape: Shape) -> tuple[Arm, ...]:
    arms = [Arm.ROWS_OF_EACH_BRANCH] if shape.branches else []
    if shape.everything:
        arms.append(Arm.ROWS_OF_EVERYTHING)
    elif shape.companies:
        arms.append(Arm.ROWS_OF_COMPANIES)
    if resolved.client_scope.self_companies or resolved.status_scope.self_companies:
        arms.append(Arm.ROWS_OF_OWN)
    return tuple(arms)


def _client_arms(resolved: ResolvedQuery, shape: Shape, *, finds_by_name: bool) -> tuple[Arm, ...]:
    in_order = _is_officer_by_name(resolved)
    if resolved.names_officer and not in_order:
        return (Arm.OFFICER,)
    if finds_by_name:
        return (Arm.FOUND,)
    if shape.everything:
        return (Arm.EVERYTHING,)
    arms = [Arm.EACH_BRANCH] if shape.branches else []
    if shape.companies:
        # One company may have nothing that a filter asks for, and be walked to its end for it.
        arms.append(Arm.COMPANIES if resolved.filters else Arm.EACH_COMPANY)
    if shape.own:
        has_stand_ins = bool(resolved.client_scope.stands_in_for)
        arms.append(Arm.OWN_IN_ORDER if in_order and not has_stand_ins else Arm.OWN)
    return tuple(arms)


def _is_officer_by_name(resolved: ResolvedQuery) -> bool:
    """Whether the index of an officer's clients has the order, and no other filter applies."""
    others = resolved.filters.keys() - {"assigned_to"}
    if resolved.is_mine:
        return False
    return resolved.query.sort is ClientSort.NAME and not (others or resolved.query.q)


def _filters(asked: ClientFilter | StatusFilter) -> dict[str, Any]:
    filters: dict[str, Any] = {}
    for name, value in attrs.asdict(asked, recurse=False).items():
        if name == "row" and value is not None:
            rows = _filters(value)
            rows.pop("period", None)
            filters.update({f"row_{each}": what for each, what in rows.items()})
        elif value is not None and name != "row":
            filters[name] = value
    return filters
