"""Notices from NextBank: each says that something changed, and a job reads what (Y1, S8)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar

import structlog
from attrs import field, frozen

from clientupdater.domain.errors import InvalidInput, Unauthenticated
from clientupdater.domain.rate_limits import Activity
from clientupdater.entrypoints.http.contract import Call, Endpoint
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.problems import Rejected
from clientupdater.entrypoints.structuring import Text, structured
from clientupdater.ports.sync import Notice
from clientupdater.usecases.sync.webhooks import Signed

_SOURCE = "nextbank"
_log = structlog.stdlib.get_logger("clientupdater.http")


class NoticeKind(StrEnum):
    """The types of notices that are handled."""

    CLIENT_UPDATED = "client.updated"
    PAYMENT_POSTED = "payment.posted"
    LOAN_CLOSED = "loan.closed"


@frozen(kw_only=True)
class NoticeData:
    """The client, and the day of a payment."""

    TAKES_MORE: ClassVar = True
    code: Annotated[str, Text(longest=50, shortest=1)] = field(repr=False)
    posted_on: date | None = None
    amount: Decimal | None = field(default=None, repr=False)


@frozen(kw_only=True)
class NextBankNotice:
    """A notice from NextBank. An unknown type is acknowledged and ignored."""

    TAKES_MORE: ClassVar = True
    type: Annotated[
        str,
        Text(longest=100, shortest=1),
        About("`client.updated`, `payment.posted` or `loan.closed`.", "payment.posted"),
    ]
    timestamp: datetime
    data: Any = field(default=None, repr=False)


@frozen
class AcceptedNotice:
    """The delivery was accepted."""

    delivery: str


def receive_notice(call: Call) -> AcceptedNotice:
    """Accept a notice, signed as Standard Webhooks (`webhook-id`, `webhook-timestamp`,
    `webhook-signature`). A repeated delivery has one effect; a job acts on it.
    """
    delivery, body = _verified(call), call.body
    if body.type in set(NoticeKind):
        call.app.sync.webhooks.receive(_notice(delivery, body))
    else:
        _log.warning("unknown notice", source=_SOURCE, delivery=delivery, type=body.type)
    return AcceptedNotice(delivery)


def _notice(delivery: str, body: NextBankNotice) -> Notice:
    try:
        data = structured(body.data, NoticeData)
    except InvalidInput as error:
        raise error.below("/data") from error
    is_payment = body.type == NoticeKind.PAYMENT_POSTED
    return Notice(
        source=_SOURCE,
        delivery=delivery,
        kind=body.type,
        code=data.code.strip().upper(),
        posted_on=data.posted_on if is_payment else None,
    )


def _verified(call: Call) -> str:
    """Check the signature and its age; give the id of the delivery."""
    sent = call.sent
    names = ("id", "timestamp", "signature")
    items = [sent.headers.get(f"webhook-{name}", "") for name in names] if sent else [""] * 3
    delivery, timestamp, signatures = items
    signed = Signed(delivery[:255], timestamp, signatures, sent.body if sent else b"")
    try:
        call.app.sync.webhooks.verify(signed)
    except Unauthenticated as error:
        raise Rejected.invalid(error.message) from error
    return signed.delivery


def _admit(call: Call) -> None:
    """Check the signature before faults of the body are described."""
    _verified(call)


ENDPOINTS = (
    Endpoint(
        method="POST",
        base="",
        path="/webhooks/nextbank",
        summary="Receive a notice from NextBank",
        handle=receive_notice,
        body=NextBankNotice,
        answers=AcceptedNotice,
        public=True,
        admit=_admit,
        counts_as=Activity.WEBHOOK,
    ),
)
