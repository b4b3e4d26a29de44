"""Say whether somebody may come once more (U3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.rate_limits import Allowances, strictest

if TYPE_CHECKING:
    from clientupdater.domain.rate_limits import Activity, Asker, Verdict
    from clientupdater.ports.limits import Counting, RateLimits


@frozen
class AdmitRequest:
    """Counts what is about to be done against all that it is counted by.

    Of what counts failures alone, it only looks whether there is room: guesses that are under way
    at once, and so pass together, are counted by the lock of the account as well.
    """

    limits: RateLimits
    allowances: Allowances = field(factory=Allowances)

    def __call__(self, activity: Activity, asker: Asker) -> Verdict:
        """Count it, and give the verdict that decides; refused once, it is counted no further.

        Or whoever hammers at one account would use up what a whole branch may.
        """
        verdicts: list[Verdict] = []
        for tally in self.allowances.tallies(activity, asker):
            is_counted = not tally.allowance.of_failures
            verdicts.append(self.limits.hit(tally) if is_counted else self.limits.look(tally))
            if not verdicts[-1].allowed:
                break
        return strictest(verdicts)

    def failed(self, activity: Activity, asker: Asker) -> Verdict:
        """Count that it failed, and give the verdict of what failures are counted by."""
        tallies = self.allowances.tallies(activity, asker)
        return strictest(self.limits.hit(each) for each in tallies if each.allowance.of_failures)

    @property
    def counting(self) -> Counting:
        """Who counts at this moment."""
        return self.limits.counting()
