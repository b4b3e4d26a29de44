"""What NextBank calls things at one installation: its paths, the members of a page, its parameters.

The columns of a client are not here: which of them fills which field is data (`field_mappings`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from attrs import Factory, frozen

from clientupdater.ports.sources import DELETED, UNREADABLE

if TYPE_CHECKING:
    from clientupdater.ports.sources import Value

_MISSING = object()


@frozen
class Dialect:
    """Our words for things, where theirs are other ones."""

    clients: str = "v1/clients"
    """Where its list of clients is."""
    client: str = "v1/clients/{code}"
    """Where one of them is."""
    members: Mapping[str, str] = Factory(dict)
    """Of a page, where a dot leads into an object; and `deleted`, of a client."""
    parameters: Mapping[str, str] = Factory(dict)

    def path_of(self, code: str) -> str:
        """Name where a client is; nothing that stands in its code leads elsewhere."""
        return self.client.replace("{code}", quote(code, safe=""))

    def asking(self, asked: Mapping[str, str | None]) -> dict[str, str]:
        """Ask in their words, for what is asked for at all."""
        return {self.parameters.get(name, name): result for name, result in asked.items() if result}

    def member(self, name: str) -> str:
        """Tell their word for a member."""
        return self.members.get(name, name)

    def find(self, name: str, document: Any, *kinds: type) -> Any:
        """Find a member of a page; raises TypeError where it is missing or of another kind."""
        result = document
        for word in self.member(name).split("."):
            result = result.get(word, _MISSING) if isinstance(result, dict) else _MISSING
        if not isinstance(result, kinds):
            raise TypeError(name)
        return result

    def is_deleted(self, item: Mapping[str, Value]) -> bool:
        """Whether they say that a client was deleted; raises TypeError unless yes or no."""
        result = item.get(self.member(DELETED), False)
        if not isinstance(result, bool):
            raise TypeError(DELETED)
        return result

    def plain(self, item: Mapping[str, Value]) -> dict[str, Value]:
        """Say of a client in our word that it was deleted, and by no other word."""
        theirs = {DELETED, UNREADABLE, self.member(DELETED)}
        record = {name: value for name, value in item.items() if name not in theirs}
        return {**record, DELETED: True} if self.is_deleted(item) else record
