"""Contact numbers that staff have corrected, beside the source's values (C1)."""

from __future__ import annotations

from attrs import evolve, frozen


@frozen
class Contact:
    """A contact number: the value in force, and the source's last value."""

    value: str | None = None
    source_value: str | None = None
    corrected: bool = False
    conflict: bool = False

    def corrected_to(self, value: str | None) -> Contact:
        """Set a person's value, which wins from now on.

        This settles a conflict, because a person has looked. A value equal to the source's is no
        correction.
        """
        return evolve(self, value=value, corrected=value != self.source_value, conflict=False)

    def as_source_says(self, incoming: str | None) -> Contact:
        """Note a source's value, which never overwrites a correction.

        Only a new value flags the client: not the same value again, not the correction itself, and
        not the absence of a number.
        """
        if not self.corrected:
            return Contact(incoming, incoming)
        if incoming == self.source_value:
            return self
        differs = incoming is not None and incoming != self.value
        return evolve(self, source_value=incoming, conflict=differs)

    def keeping_ours(self) -> Contact:
        """Settle a conflict for the correction."""
        return evolve(self, conflict=False)

    def taking_theirs(self) -> Contact:
        """Settle a conflict for the source, which owns the number again."""
        return Contact(self.source_value, self.source_value)
