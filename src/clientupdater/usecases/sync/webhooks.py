"""Webhooks from NextBank: verified, stored once, answered at once; a job follows each."""

from __future__ import annotations

import base64
import binascii
import hmac
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.errors import InvalidPeriod, NotFound, Unauthenticated
from clientupdater.domain.periods import Period
from clientupdater.domain.tracking import note_payment
from clientupdater.domain.write_context import WriteContext
from clientupdater.ports.queue import SYNC_QUEUE, NewJob
from clientupdater.ports.unit_of_work import NO_CLIENTS, SYSTEM

if TYPE_CHECKING:
    from datetime import date, tzinfo

    from clientupdater.ports.clock import Clock
    from clientupdater.ports.job_run import JobRun
    from clientupdater.ports.sync import Notice
    from clientupdater.ports.unit_of_work import UnitsOfWork
    from clientupdater.usecases.sync.one_client import OneClient

TASK = "refresh-client"

TOLERANCE = timedelta(minutes=5)

_PREFIX, _VERSION = "whsec_", "v1,"


@frozen
class Signed:
    """A request and its signatures, in the form of Standard Webhooks."""

    delivery: str
    timestamp: str
    signatures: str
    body: bytes = field(repr=False)


@frozen
class Webhooks:
    """Notices from NextBank. Any one of several secrets signs, so that they can be rotated."""

    work: UnitsOfWork
    clock: Clock
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def verify(self, signed: Signed) -> None:
        """Refuse a request that NextBank did not sign, or signed too long ago (a replay)."""
        content = f"{signed.delivery}.{signed.timestamp}.".encode() + signed.body
        made = {_signature(secret, content).encode() for secret in self.secrets}
        sent = [each.encode() for each in signed.signatures.split() if each.startswith(_VERSION)]
        is_known = any(hmac.compare_digest(ours, theirs) for ours in made for theirs in sent)
        if not (signed.delivery and is_known and self._is_recent(signed.timestamp)):
            raise Unauthenticated("The signature is none of NextBank's, or is too old.")

    def receive(self, notice: Notice) -> None:
        """Store a notice with the job that follows it; ignore one that was stored before."""
        now = self.clock.now()
        with self.work.begin(NO_CLIENTS) as tx:
            if tx.sync_inputs.keep_notice(notice, now):
                tx.jobs.enqueue(_job_of(notice), now)

    def _is_recent(self, timestamp: str) -> bool:
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):  # noqa: PLR2004 — until the year 5138
            return False
        sent_at = datetime.fromtimestamp(int(timestamp), UTC)
        return abs(self.clock.now() - sent_at) <= TOLERANCE


@frozen
class FollowNotice:
    """Does a notice's job. Doing it twice changes nothing more."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo
    one_client: OneClient

    def __call__(self, job_run: JobRun) -> None:
        arguments = job_run.job.arguments
        with self.work.begin(SYSTEM) as tx:
            notice = tx.sync_inputs.notice(str(arguments["source"]), str(arguments["delivery"]))
        if notice is None:
            return
        with suppress(NotFound):  # NextBank has no such client
            self.one_client.refresh(notice.code, None)
        if notice.posted_on is not None:
            with suppress(InvalidPeriod):  # a day outside of every period
                self._note_payment(notice, notice.posted_on)
        with self.work.begin(SYSTEM) as tx:
            tx.sync_inputs.followed(notice, self.clock.now())

    def _note_payment(self, notice: Notice, posted_on: date) -> None:
        """Note the payment on the row of its day's period, if the client has that row (S8)."""
        now = self.clock.now()
        paid_at = min(now, datetime.combine(posted_on, time(), self.zone))
        with self.work.begin(SYSTEM) as tx:
            client = tx.clients.by_code(notice.code)
            if client is None or client.cycle is None:
                return
            row = tx.rows.find(client.id, Period.containing(posted_on, client.cycle))
            write_context = WriteContext(now=now, zone=self.zone)
            if row and (change := note_payment(row, paid_at, write_context)):
                tx.rows.append(row, change)


def _job_of(notice: Notice) -> NewJob:
    result = {"source": notice.source, "delivery": notice.delivery}
    key = f"{TASK}:{notice.source}:{notice.delivery}"
    return NewJob(name=TASK, queue=SYNC_QUEUE, arguments=result, key=key)


def _signature(secret: str, content: bytes) -> str:
    digest = hmac.digest(_key(secret), content, sha256)
    return _VERSION + base64.b64encode(digest).decode()


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        return secret.encode()
