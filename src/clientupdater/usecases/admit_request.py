"""Say whether somebody may come once more (U3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.allowances import Allowances, strictest

if TYPE_CHECKING:
    from clientupdater.domain.allowances import Activity, Asker, Verdict
    from clientupdater.ports.limits import Counting, RateLimits


@frozen
class AdmitRequest:
    """Counts what is about to be done against all that it is counted by."""

    limits: RateLimits
    allowances: Allowances = field(factory=Allowances)

    def __call__(self, activity: Activity, asker: Asker) -> Verdict:
        """Count it, and give the verdict that decides; refused once, it is counted no further.

        Or whoever hammers at one account would use up what a whole branch may.
        """
        verdicts: list[Verdict] = []
        for tally in self.allowances.tallies(activity, asker):
            verdicts.append(self.limits.hit(tally))
            if not verdicts[-1].allowed:
                break
        return strictest(verdicts)

    @property
    def counting(self) -> Counting:
        """Who counts at this moment."""
        return self.limits.counting()
