"""Decide whether a caller may make one more request (U3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.rate_limits import Allowances, strictest

if TYPE_CHECKING:
    from clientupdater.domain.rate_limits import Activity, Requester, Verdict
    from clientupdater.ports.rate_limits import RateLimits


@frozen
class AdmitRequest:
    """Counts a request against every limit that applies to it.

    A limit on failures is only looked up before the act, and counted after a failure. Guesses
    made at the same moment pass it together; the lock of the account counts those as well.
    """

    limits: RateLimits
    allowances: Allowances = field(factory=Allowances)

    def __call__(self, activity: Activity, requester: Requester) -> Verdict:
        """Count the request, and return the strictest verdict.

        The first refusal ends the counting: requests against one account that is over its limit
        must not use up the limit of a whole branch.
        """
        verdicts: list[Verdict] = []
        for tally in self.allowances.tallies(activity, requester):
            counts_failures = tally.allowance.of_failures
            verdicts.append(self.limits.look(tally) if counts_failures else self.limits.hit(tally))
            if not verdicts[-1].allowed:
                break
        return strictest(verdicts)

    def failed(self, activity: Activity, requester: Requester) -> Verdict:
        """Count a failure, and return the strictest verdict of the limits on failures."""
        tallies = self.allowances.tallies(activity, requester)
        return strictest(self.limits.hit(each) for each in tallies if each.allowance.of_failures)
