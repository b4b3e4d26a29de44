"""Read the values that lists of clients can be filtered by (A10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.ports.cache import CacheKey, Topic
from clientupdater.usecases.clients.lists import read_context, require_scope

if TYPE_CHECKING:
    from datetime import tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.cache import Form
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.filter_options import FilterOptions
    from clientupdater.ports.lists import ReadContext
    from clientupdater.ports.unit_of_work import UnitsOfWork
    from clientupdater.usecases.requests.cache import Cache


@frozen
class ClientFilterOptions:
    work: UnitsOfWork
    clock: Clock
    zone: tzinfo
    cache: Cache
    form: Form[FilterOptions]

    def show(self, caller: Caller, *, generation: int | None = None) -> FilterOptions:
        """Read the options within clients:read, from the cache if `generation` is known.

        Callers with the same access scope share an entry. New officers and loan statuses appear
        when it expires.
        """
        require_scope(self.work, caller, Permission.CLIENTS_READ, "client")
        result = read_context(caller, self.clock, self.zone)
        if generation is None:
            return self._read(result)
        made = self.cache.get_or_make(
            self._key(result, generation), lambda: self.form.written(self._read(result))
        )
        return self.form.read(made)

    def _read(self, result: ReadContext) -> FilterOptions:
        with self.work.begin(result.clients) as tx:
            return tx.read_models.filter_options(result)

    def _key(self, result: ReadContext, generation: int) -> CacheKey:
        return CacheKey(
            topic=Topic.FILTER_OPTIONS,
            name=(self.form.name,),
            scope=f"{result.clients.fingerprint()} {result.statuses.fingerprint()}",
            generation=generation,
        )
