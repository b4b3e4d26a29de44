"""What changes of contact numbers share: over the version that was seen, and written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.domain.errors import NotFound, VersionConflict
from clientupdater.domain.occasion import Occasion

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientupdater.domain.contacts import ContactCard
    from clientupdater.usecases._client_files import ClientFile


def keep_contacts(
    file: ClientFile, act: Callable[[ContactCard], ContactCard], version: int, action: str
) -> ContactCard:
    """Keep what an act makes of a client's numbers; where it makes nothing new, nothing is done."""
    seen = file.tx.contacts.find(file.client.id)
    if seen is None:
        raise NotFound
    after = act(seen)
    if version != seen.version:
        fields = [change.field for change in seen.changes_to(after)]
        raise VersionConflict(provided=version, current=seen.version, fields=fields)
    if after == seen:
        return seen
    kept = file.tx.contacts.save(seen, after, _occasion(file))
    touched = sorted(each for each in seen.numbers if seen.numbers[each] != after.numbers[each])
    file.did(action, fields=", ".join(touched))
    return kept


def _occasion(file: ClientFile) -> Occasion:
    return Occasion(now=file.clock.now(), zone=file.zone, by=file.caller.actor.id)
