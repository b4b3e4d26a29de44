"""Read the lookups that people choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.access import Decision, Missing
from clientupdater.domain.access_scope import visible_scope_of
from clientupdater.domain.errors import Forbidden
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.ports.cache import EVERYONE, CacheKey, Topic
from clientupdater.ports.unit_of_work import NO_CLIENTS

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.lookups import Lookups
    from clientupdater.ports.cache import Form
    from clientupdater.ports.unit_of_work import UnitsOfWork
    from clientupdater.usecases.requests.cache import Cache


@frozen
class ReadLookups:
    """The eight lookups: active entries for every caller, all entries with config:read."""

    work: UnitsOfWork
    cache: Cache
    form: Form[Lookups]

    def __call__(
        self, caller: Caller, *, inactive: bool = False, generation: int | None = None
    ) -> Lookups:
        """Read the lookups, from the cache if `generation` is known (A7)."""
        if inactive:
            self._require_config(caller)
        if generation is None:
            return self._read(caller, inactive=inactive)
        key = CacheKey(
            topic=Topic.LOOKUPS,
            name=(self.form.name, "all" if inactive else "in use"),
            scope=EVERYONE,
            generation=generation,
        )
        made = self.cache.get_or_make(
            key, lambda: self.form.written(self._read(caller, inactive=inactive))
        )
        return self.form.read(made)

    def _read(self, caller: Caller, *, inactive: bool) -> Lookups:
        with self.work.begin(visible_scope_of(caller.actor)) as tx:
            return tx.read_models.lookups(inactive=inactive)

    def _require_config(self, caller: Caller) -> None:
        """Require scope all, as for everything that is not a client (A6a)."""
        grants = caller.actor.grants_of(Permission.CONFIG_READ)
        if caller.actor.is_active and any(grant.scope is Scope.ALL for grant in grants):
            return
        missing = Missing.SCOPE_ALL if grants else Missing.GRANT
        decision = Decision(Permission.CONFIG_READ, grants, missing)
        with self.work.begin(NO_CLIENTS) as tx:
            tx.audit.log_refusal(caller, decision, "lookup", "")
        raise Forbidden(Permission.CONFIG_READ)
