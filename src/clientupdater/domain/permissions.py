"""What there is to be permitted, and how far a permission goes (A1, A2, A9)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Permission(StrEnum):
    """Every permission there is: seventeen of the beginning, and five beside them (A9)."""

    CLIENTS_READ = "clients:read"
    CLIENTS_UPDATE = "clients:update"
    STATUS_READ = "status:read"
    STATUS_UPDATE = "status:update"
    STATUS_HISTORY_READ = "status:history:read"
    REPORTS_READ = "reports:read"
    REPORTS_EXPORT = "reports:export"
    USERS_READ = "users:read"
    USERS_MANAGE = "users:manage"
    BRANCHES_READ = "branches:read"
    BRANCHES_MANAGE = "branches:manage"
    AREAS_READ = "areas:read"
    AREAS_MANAGE = "areas:manage"
    CONFIG_READ = "config:read"
    CONFIG_MANAGE = "config:manage"
    SYNC_READ = "sync:read"
    SYNC_EXECUTE = "sync:execute"
    CLIENTS_ASSIGN = "clients:assign"
    CLIENTS_REVEAL = "clients:reveal"
    STATUS_CORRECT = "status:correct"
    JOBS_MANAGE = "jobs:manage"
    AUDIT_READ = "audit:read"

    @property
    def resource(self) -> str:
        """What stands before the first colon."""
        return self.value.partition(":")[0]

    @property
    def action(self) -> str:
        """All that follows the first colon."""
        return self.value.partition(":")[2]


class Scope(StrEnum):
    """How far a grant goes over clients, each within the next: self, branch, area, all (A2)."""

    SELF = "self"
    BRANCH = "branch"
    AREA = "area"
    ALL = "all"

    @property
    def breadth(self) -> int:
        """The place in that order; text would sort ``all`` before ``area``."""
        return _BREADTH[self]

    def includes(self, other: Scope) -> bool:
        """Whether it goes at least as far as the other."""
        return self.breadth >= other.breadth


_BREADTH = {scope: breadth for breadth, scope in enumerate(Scope)}


def widest(scopes: Iterable[Scope]) -> Scope | None:
    """Say which goes farthest; none where there is none (A1)."""
    return max(scopes, key=lambda scope: scope.breadth, default=None)
