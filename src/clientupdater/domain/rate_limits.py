"""Rate limits: how often a caller may make requests, and which counts a request adds to (U3).

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
"""In microseconds, like all spans and moments of this module."""

ADDRESS_SHARE = 20
"""An address may try to sign in this many times as often as an account: a branch shares one."""

_NETWORK_BITS = 64
"""The prefix of IPv6 that one household or office gets; it can use every address below it."""


class Activity(StrEnum):
    """A kind of request with its own limit."""

    READ = "read"
    WRITE = "write"
    EXPORT = "export"
    SIGN_IN = "sign_in"
    SIGN_IN_REQUEST = "sign_in_request"
    """A request to sign in, before its body was read."""
    WEBHOOK = "webhook"
    PROBE = "probe"


@frozen
class Requester:
    """A caller: the person who has signed in, else the address."""

    address: str | None = field(repr=False)
    person: PersonId | None = None
    email: str | None = field(default=None, repr=False)
    """The email that the caller typed to sign in."""


@frozen
class Allowance:
    """A number of requests within any span of a length."""

    name: str
    amount: int
    window: timedelta
    outlives_us: bool = False
    """Whether it is counted across processes and restarts."""
    of_failures: bool = False
    """Whether only failures count: a successful sign-in uses nothing up (U3)."""

    span: int = field(init=False, repr=False, eq=False)
    """The window in microseconds."""

    @span.default
    def _span(self) -> int:
        return self.window // timedelta(microseconds=1)


@frozen
class Tally:
    """A caller's count for an allowance; the caller stays out of logs."""

    allowance: Allowance
    of: tuple[str, ...] = field(repr=False)


_MINUTE = timedelta(minutes=1)
_FIVE_MINUTES = timedelta(minutes=5)


@frozen
class Allowances:
    read: Allowance = Allowance("read", 100, _MINUTE)
    write: Allowance = Allowance("write", 30, _MINUTE)
    export: Allowance = Allowance("export", 5, _FIVE_MINUTES, outlives_us=True)
    sign_in: Allowance = Allowance("sign_in", 5, _FIVE_MINUTES, outlives_us=True, of_failures=True)
    webhook: Allowance = Allowance("webhook", 300, _MINUTE)
    probe: Allowance = Allowance("probe", 1200, _MINUTE)
    """Twenty a second: many load balancers behind one address check once a second each."""

    @classmethod
    def of(
        cls, *, read: int, write: int, export: int, sign_in: int, webhook: int = 300
    ) -> Allowances:
        """Build the allowances: amounts per minute for reads and writes, else per five minutes."""
        return cls(
            Allowance("read", read, _MINUTE),
            Allowance("write", write, _MINUTE),
            Allowance("export", export, _FIVE_MINUTES, outlives_us=True),
            Allowance("sign_in", sign_in, _FIVE_MINUTES, outlives_us=True, of_failures=True),
            Allowance("webhook", webhook, _MINUTE),
        )

    @property
    def sign_in_request(self) -> Allowance:
        """How often one address may send a body to sign in with.

        As many a minute as attempts in five, so that one person who tries one account over and over
        does not keep out the whole branch behind the address.
        """
        return Allowance("sign_in_request", self.sign_in_of_address.amount, _MINUTE)

    @property
    def sign_in_of_address(self) -> Allowance:
        """How often one address may try to sign in, as anyone, with or without success (U3).

        Each attempt costs one hash of a password, also when it succeeds.
        """
        amount = self.sign_in.amount * ADDRESS_SHARE
        return Allowance("sign_in_address", amount, self.sign_in.window, outlives_us=True)

    def tallies(self, activity: Activity, requester: Requester) -> tuple[Tally, ...]:
        """Give the counts that a request adds to, the narrowest first.

        Failures to sign in count by address and email together: otherwise five wrong passwords from
        anywhere would lock a person out. Attempts count by address alone: otherwise one address
        could try five with every account (U3).
        """
        if activity is Activity.SIGN_IN:
            network = _network(requester.address)
            account = (network, (requester.email or "").strip().lower())
            return Tally(self.sign_in, account), Tally(self.sign_in_of_address, (network,))
        allowance: Allowance = getattr(self, activity)  # each is named for its activity
        return (Tally(allowance, (_caller(requester),)),)


def _caller(requester: Requester) -> str:
    return (
        f"person {requester.person}"
        if requester.person
        else f"address {_network(requester.address)}"
    )


def _network(address: str | None) -> str:
    """Name the network of an address; other text, such as a socket's name, is kept."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return address or ""
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> _NETWORK_BITS << _NETWORK_BITS))


@frozen
class Verdict:
    """Whether the request is allowed, and how many more are."""

    allowance: Allowance
    allowed: bool
    remaining: int
    reset_at: int
    """When the whole allowance is free again, in seconds since 1970."""
    retry_after: int
    """Seconds until the next request is allowed, at least one."""

    @property
    def limit(self) -> int:
        return self.allowance.amount


def strictest(verdicts: Iterable[Verdict]) -> Verdict:
    """Choose the verdict that counts: the longest refusal, else the one closest to a refusal."""
    return min(verdicts, key=_severity)


def _severity(verdict: Verdict) -> tuple[bool, int, int]:
    return verdict.allowed, 0 if verdict.allowed else -verdict.retry_after, verdict.remaining


@frozen
class Count:
    """The hits of the running window and of the one before it."""

    before: int
    running: int
    rolls_in: int
    """Microseconds until the running window ends."""

    def used(self, span: int) -> int:
        """Count the hits of this window and the share of the last one."""
        return self.before * self.rolls_in // span + self.running

    def has_room(self, allowance: Allowance) -> bool:
        """Whether one more hit is allowed."""
        return self.used(allowance.span) < allowance.amount

    def after_one_more(self) -> Count:
        return Count(self.before, self.running + 1, self.rolls_in)

    def verdict(self, allowance: Allowance, now: int, *, allowed: bool) -> Verdict:
        """Judge a hit; `now` is in microseconds since 1970."""
        return Verdict(
            allowance,
            allowed,
            remaining=max(0, allowance.amount - self.used(allowance.span)),
            reset_at=_seconds(now + self._all_free_in(allowance.span)),
            retry_after=max(1, _seconds(self._free_in(allowance))),
        )

    def _all_free_in(self, span: int) -> int:
        if self.running:
            return self.rolls_in + span
        return self.rolls_in if self.before else 0

    def _free_in(self, allowance: Allowance) -> int:
        """Compute the wait until the share of a past window has shrunk enough."""
        if self.has_room(allowance):
            return 0
        span, free = allowance.span, allowance.amount - self.running
        if free > 0:
            return self.rolls_in - (free * span - 1) // self.before
        return self.rolls_in + span - (allowance.amount * span - 1) // self.running


def counted_at(now: int, span: int, window: int, running: int, before: int) -> Count:
    """Build a count from stored numbers and the window they were stored in, counted from 1970."""
    passed = now // span - window
    if passed > 0:
        before, running = (running if passed == 1 else 0), 0
    return Count(before, running, rolls_in=span - now % span)


def _seconds(microseconds: int) -> int:
    return -(-microseconds // SECOND)
