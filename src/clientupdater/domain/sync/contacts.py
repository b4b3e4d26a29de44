"""Contact numbers that staff corrected by hand, beside what the source says (C1)."""

from __future__ import annotations

from attrs import evolve, frozen


@frozen
class Contact:
    """One contact number: the value in force, and the source's last word."""

    value: str | None = None
    source_value: str | None = None
    corrected: bool = False
    conflict: bool = False

    def corrected_to(self, value: str | None) -> Contact:
        """Take what a person says: it wins from now on.

        A person has looked, so a conflict is settled; one who writes what the source says
        anyway has nothing to correct.
        """
        return evolve(self, value=value, corrected=value != self.source_value, conflict=False)

    def as_source_says(self, incoming: str | None) -> Contact:
        """Take a source's word: it overwrites nothing that was corrected by hand.

        Only a new value flags the client: not the same one once more, not the correction
        itself, and not a number that the source no longer knows.
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
