"""The names that one installation of NextBank uses for paths, members and parameters.

A client's columns are not among them: mappings say which of them fills which field.
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
    """NextBank's names, where they differ from ours."""

    clients: str = "v1/clients"
    """The path of the list of clients."""
    client: str = "v1/clients/{code}"
    """The path of one client."""
    members: Mapping[str, str] = Factory(dict)
    """Members of a page, with a dot for each level; and `deleted`, a member of a client."""
    parameters: Mapping[str, str] = Factory(dict)

    def path_of(self, code: str) -> str:
        """Give a client's path; its code is quoted, so it cannot lead elsewhere."""
        return self.client.replace("{code}", quote(code, safe=""))

    def asking(self, params: Mapping[str, str | None]) -> dict[str, str]:
        """Translate parameters, and leave out those without a value."""
        return {self.parameters.get(name, name): value for name, value in params.items() if value}

    def member(self, name: str) -> str:
        return self.members.get(name, name)

    def find(self, name: str, document: Any, *kinds: type) -> Any:
        """Find a member of a page; raises TypeError if it is missing or of another type."""
        value = document
        for word in self.member(name).split("."):
            value = value.get(word, _MISSING) if isinstance(value, dict) else _MISSING
        if not isinstance(value, kinds):
            raise TypeError(name)
        return value

    def is_deleted(self, item: Mapping[str, Value]) -> bool:
        """Whether a client is marked as deleted; raises TypeError unless true or false."""
        deleted = item.get(self.member(DELETED), False)
        if not isinstance(deleted, bool):
            raise TypeError(DELETED)
        return deleted

    def plain(self, item: Mapping[str, Value]) -> dict[str, Value]:
        """Mark a deleted client by our own member, and remove every other mark."""
        theirs = {DELETED, UNREADABLE, self.member(DELETED)}
        record = {name: value for name, value in item.items() if name not in theirs}
        return {**record, DELETED: True} if self.is_deleted(item) else record
