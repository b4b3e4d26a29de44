"""Lists that are read page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

import click
from attrs import evolve, frozen

from clientupdater.entrypoints.cli.session import note, print_json
from clientupdater.entrypoints.cli.tables import print_table
from clientupdater.ports.lists import MOST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from clientupdater.ports.lists import Page

Item = TypeVar("Item")
Query = TypeVar("Query", bound=Any)
_Command = TypeVar("_Command", bound="Callable[..., Any]")


@frozen
class PagedList(Generic[Item]):
    """The items of one page, or of all of them."""

    items: Sequence[Item]
    has_more: bool

    def print(
        self,
        what: str,
        head: Sequence[str],
        rows: Iterable[Sequence[object]],
        spare: Sequence[str],
        *,
        as_json: bool,
    ) -> None:
        """Print the items; for people with their number on top."""
        if as_json:
            print_json({"items": self.items, "has_more": self.has_more})
            return
        more = "; there are more: raise --limit, or use --all" if self.has_more else ""
        note(f"{len(self.items)} {what}{'' if len(self.items) == 1 else 's'}{more}")
        if self.items:
            print_table(head, rows, spare)


def page_options(command: _Command) -> _Command:
    """Add the options that say how much to read."""
    limit = click.option("--limit", type=click.IntRange(1, MOST), default=50, show_default=True)
    everything = click.option("--all", "everything", is_flag=True, help="Read all pages.")
    return limit(everything(command))


def paged(
    read: Callable[[Query], Page[Item, Any]], query: Query, *, everything: bool
) -> PagedList[Item]:
    """Read one page, or all pages."""
    if everything:
        query = evolve(query, limit=MOST)
    page = read(query)
    items = [*page.items]
    while everything and page.has_more:
        page = read(evolve(query, after=page.after))
        items += page.items
    return PagedList(items, page.has_more)
