"""How often a caller may make requests, and by what they are counted (U3).

Hits are counted in windows that slide: those of the running window, and as much of the one before
as still reaches into the last minute (or five). Two numbers are enough for that, and
every store keeps only those. What follows from them is decided here, in whole microseconds, so that
all stores agree.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clientupdater.domain.ids import PersonId

SECOND = 1_000_000
"""In microseconds, as all spans and moments of this module."""

ADDRESS_SHARE = 20
"""How many times as often signing in may be tried from an address: a branch sits behind one."""

_NETWORK_BITS = 64
"""What one household or office is given of the newer addresses: it can use any of them."""


class Activity(StrEnum):
    """A kind of request that is counted on its own."""

    READ = "read"
    WRITE = "write"
    EXPORT = "export"
    SIGN_IN = "sign_in"
    SIGN_IN_REQUEST = "sign_in_request"
    """Asking to sign in, before anybody has read as whom."""
    WEBHOOK = "webhook"
    PROBE = "probe"


@frozen
class Asker:
    """Who comes: by whom they have signed in as, else by where they come from."""

    address: str | None = field(repr=False)
    person: PersonId | None = None
    email: str | None = field(default=None, repr=False)
    """Whom they want to sign in as, as it was typed."""


@frozen
class Allowance:
    """So many times within any span so long."""

    name: str
    amount: int
    window: timedelta
    outlives_us: bool = False
    """Whether it counts also what other processes saw, and what was before a restart."""
    of_failures: bool = False
    """Whether only what failed is counted: signing in well takes nothing from it (U3)."""

    @property
    def span(self) -> int:
        """The window in microseconds."""
        return self.window // timedelta(microseconds=1)


@frozen
class Tally:
    """One count that an allowance is held against; whose it is stays out of logs."""

    allowance: Allowance
    of: tuple[str, ...] = field(repr=False)


_MINUTE = timedelta(minutes=1)
_FIVE_MINUTES = timedelta(minutes=5)


@frozen
class Allowances:
    """How often each thing may be done."""

    read: Allowance = Allowance("read", 100, _MINUTE)
    write: Allowance = Allowance("write", 30, _MINUTE)
    export: Allowance = Allowance("export", 5, _FIVE_MINUTES, outlives_us=True)
    sign_in: Allowance = Allowance("sign_in", 5, _FIVE_MINUTES, outlives_us=True, of_failures=True)
    webhook: Allowance = Allowance("webhook", 300, _MINUTE)
    probe: Allowance = Allowance("probe", 1200, _MINUTE)
    """Twenty a second: many balancers behind one address look once a second each."""

    @classmethod
    def of(
        cls, *, read: int, write: int, export: int, sign_in: int, webhook: int = 300
    ) -> Allowances:
        """Make them of their amounts: a minute's for reading and writing, five minutes' else."""
        return cls(
            Allowance("read", read, _MINUTE),
            Allowance("write", write, _MINUTE),
            Allowance("export", export, _FIVE_MINUTES, outlives_us=True),
            Allowance("sign_in", sign_in, _FIVE_MINUTES, outlives_us=True, of_failures=True),
            Allowance("webhook", webhook, _MINUTE),
        )

    @property
    def sign_in_request(self) -> Allowance:
        """How often one address may send us something to read and sign in by.

        In a minute as often as it may try in five, so that a branch behind one address is never
        kept out by somebody there who tries one account over and over.
        """
        return Allowance("sign_in_request", self.sign_in_of_address.amount, _MINUTE)

    @property
    def sign_in_of_address(self) -> Allowance:
        """How often signing in may be tried from one address, as whomever, well or not (U3).

        Each attempt costs a hash of a password, also one that succeeds.
        """
        amount = self.sign_in.amount * ADDRESS_SHARE
        return Allowance("sign_in_address", amount, self.sign_in.window, outlives_us=True)

    def tallies(self, activity: Activity, asker: Asker) -> tuple[Tally, ...]:
        """Name the counts that something goes against, the narrowest first.

        Failing to sign in counts by address and email together, or five wrong words from anywhere
        would keep somebody out; trying counts widely by address, or one could try five with
        everybody (U3).
        """
        if activity is Activity.SIGN_IN:
            where = _where(asker.address)
            whose = (where, (asker.email or "").strip().lower())
            return Tally(self.sign_in, whose), Tally(self.sign_in_of_address, (where,))
        allowances = {
            Activity.READ: self.read,
            Activity.WRITE: self.write,
            Activity.EXPORT: self.export,
            Activity.SIGN_IN_REQUEST: self.sign_in_request,
            Activity.WEBHOOK: self.webhook,
            Activity.PROBE: self.probe,
        }
        return (Tally(allowances[activity], (_who(asker),)),)


def _who(asker: Asker) -> str:
    return f"person {asker.person}" if asker.person else f"address {_where(asker.address)}"


def _where(address: str | None) -> str:
    """Name the network of an address; other text, such as a socket's name, is kept."""
    try:
        result = ip_address(address or "")
    except ValueError:
        return address or ""
    if not isinstance(result, IPv6Address):
        return str(result)
    if result.ipv4_mapped:
        return str(result.ipv4_mapped)
    return str(IPv6Address(int(result) >> _NETWORK_BITS << _NETWORK_BITS))


@frozen
class Verdict:
    """Whether the request is allowed, and how many are left."""

    allowance: Allowance
    allowed: bool
    remaining: int
    reset_at: int
    """When all of it is free again: seconds since 1970."""
    retry_after: int
    """When the next one is free: in so many seconds, one at least."""

    @property
    def limit(self) -> int:
        """How many there are in all."""
        return self.allowance.amount


def strictest(verdicts: Iterable[Verdict]) -> Verdict:
    """Choose the one that decides: a refusal, the longest first; else what is nearest to one."""
    return min(verdicts, key=_severity)


def _severity(verdict: Verdict) -> tuple[bool, int, int]:
    return verdict.allowed, 0 if verdict.allowed else -verdict.retry_after, verdict.remaining


@frozen
class Count:
    """The hits of the running window and of the one before it, at one moment."""

    before: int
    running: int
    rolls_in: int
    """When the running window is over: in so many microseconds."""

    def used(self, span: int) -> int:
        """Say how many count at this moment: all of this window, and a share of the last."""
        return self.before * self.rolls_in // span + self.running

    def has_room(self, allowance: Allowance) -> bool:
        """Whether one more may come."""
        return self.used(allowance.span) < allowance.amount

    def after_one_more(self) -> Count:
        """Count one more."""
        return Count(self.before, self.running + 1, self.rolls_in)

    def verdict(self, allowance: Allowance, now: int, *, allowed: bool) -> Verdict:
        """Say what follows; `now` is the moment, in microseconds since 1970."""
        return Verdict(
            allowance,
            allowed,
            remaining=max(0, allowance.amount - self.used(allowance.span)),
            reset_at=_seconds(now + self._whole_in(allowance.span)),
            retry_after=max(1, _seconds(self._free_in(allowance))),
        )

    def _whole_in(self, span: int) -> int:
        if self.running:
            return self.rolls_in + span
        return self.rolls_in if self.before else 0

    def _free_in(self, allowance: Allowance) -> int:
        """Wait until the share of the last window has shrunk enough, or the next window's."""
        if self.has_room(allowance):
            return 0
        span, free = allowance.span, allowance.amount - self.running
        if free > 0:
            return self.rolls_in - (free * span - 1) // self.before
        return self.rolls_in + span - (allowance.amount * span - 1) // self.running


def counted_at(now: int, span: int, window: int, running: int, before: int) -> Count:
    """Read numbers that were written in a window, known by how many spans 1970 lies back."""
    passed = now // span - window
    if passed > 0:
        before, running = (running if passed == 1 else 0), 0
    return Count(before, running, rolls_in=span - now % span)


def _seconds(microseconds: int) -> int:
    return -(-microseconds // SECOND)
