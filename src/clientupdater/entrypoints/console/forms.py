"""From a sent form to words, and from words that people type to values."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes
from uuid import UUID

import attrs

from clientupdater.domain.errors import InvalidInput
from clientupdater.entrypoints.console.session import is_form_token, session_token
from clientupdater.entrypoints.console.texts import text
from clientupdater.entrypoints.http import parsing
from clientupdater.entrypoints.http.problems import Rejected
from clientupdater.entrypoints.http.request_values import ParsedRequest
from clientupdater.entrypoints.http.routes.fields import place_named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from clientupdater.entrypoints.http.contract import Call, Endpoint
    from clientupdater.entrypoints.http.request_values import ReceivedRequest

TOKEN, KEY = "form_token", "form_key"
"""Fields that every form has: proof of its page, and its idempotency key."""
MOST_FIELDS = 1000
_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FORM = "application/x-www-form-urlencoded"


class FormOutdated(Rejected):
    """A form of another session, or one that was sent before; it is shown again."""

    def __init__(self, message: str) -> None:
        super().__init__(HTTPStatus.CONFLICT, "form_outdated", message)


def parse_form(endpoint: Endpoint, received: ReceivedRequest) -> ParsedRequest:
    """Parse a query and a form; a form with a session proves that a page of it sent the form."""
    request = received.request
    query = query_words(endpoint, request)
    if endpoint.method == "GET":
        return ParsedRequest(query, None, None, None)
    fields = form_fields(received)
    if not endpoint.public and not is_form_token(session_token(request), fields.get(TOKEN, "")):
        raise FormOutdated(text("form.other_session"))
    key = fields.get(KEY, "")
    if endpoint.is_keyed and not _KEY.fullmatch(key):
        raise FormOutdated(text("form.incomplete"))
    return ParsedRequest(query, entered_words(fields), None, key or None, is_form=True)


def query_words(endpoint: Endpoint, request: Request) -> dict[str, str]:
    """Parse the query; a form of filters sends those that are not chosen as empty ones."""
    names = [a.name for a in attrs.fields(endpoint.query)] if endpoint.query else []
    words = parsing.parsed_query(request.scope["query_string"], names)
    return {name: word for name, word in words.items() if word}


def form_fields(received: ReceivedRequest) -> Mapping[str, str]:
    """Read the fields of a form; of a field that occurs twice, the last one counts."""
    if received.body is None:
        raise Rejected(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "payload_too_large", text("form.too_long")
        )
    kind = received.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if received.body and kind != _FORM:
        raise Rejected(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", text("form.no_form")
        )
    pairs = received.body.split(b"&", MOST_FIELDS)
    if len(pairs) > MOST_FIELDS:
        raise Rejected(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "payload_too_large", text("form.too_long")
        )
    return dict(map(_pair, filter(None, pairs)))


def sent_fields(call: Call) -> Mapping[str, str]:
    """Read every field of a form that was accepted, also those that its shape does not name."""
    body = call.sent.body if call.sent else b""
    return dict(map(_pair, filter(None, body.split(b"&"))))


def _pair(raw: bytes) -> tuple[str, str]:
    name, _, value = (_decoded(part) for part in raw.partition(b"="))
    return name, value


def _decoded(raw: bytes) -> str:
    """Decode text; browsers end lines as Windows does, which would count as longer remarks."""
    try:
        decoded = unquote_to_bytes(raw.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        raise Rejected.invalid(text("form.no_text")) from None
    if "\0" in decoded:
        raise Rejected.invalid(text("form.no_text"))
    return decoded.replace("\r\n", "\n")


def entered_words(fields: Mapping[str, str]) -> dict[str, str]:
    """Leave out empty fields, and those that every form has."""
    return {n: v for n, v in fields.items() if v.strip() and n not in {TOKEN, KEY}}


def named_by_code(code: str, pointer: str) -> Any:
    """Read how people name a branch or an area: by its code."""
    return place_named(f"code:{code.strip().removeprefix('code:')}", pointer)


def codes_of(typed: str | None) -> list[str]:
    """Read codes with commas or spaces between them."""
    return [code for code in re.split(r"[,;\s]+", typed or "") if code]


def chosen_in(fields: Mapping[str, str], prefix: str) -> dict[UUID, str]:
    """Read which of many a form names, each in a field of its own: `client.` and an id."""
    named = {n.removeprefix(prefix): v for n, v in fields.items() if n.startswith(prefix)}
    return {UUID(name): value for name, value in named.items() if _ID.fullmatch(name)}


# --- what people type

_IN_DAYS = re.compile(r"\+\s?([0-9]{1,3})")
_DAY_OF_MONTH = re.compile(r"[0-9]{1,2}")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORTEST = 2
_WEEK = 7


def day_of(typed: str, today: date, pointer: str) -> date:
    """Read a day: `+3` days, a weekday such as `fri`, a day of the month, or 2026-11-28.

    A weekday and a day of the month are the next ones after today.
    """
    word = typed.strip().lower()
    try:
        if match := _IN_DAYS.fullmatch(word):
            return today + timedelta(days=int(match[1]))
        if _DAY_OF_MONTH.fullmatch(word):
            return _next_with_number(int(word), today)
        if _ISO.fullmatch(word):
            return date.fromisoformat(word)
        return _next_weekday(word, today)
    except ValueError:
        raise InvalidInput.of(pointer, text("form.day")) from None


def _next_with_number(number: int, today: date) -> date:
    for days in range(1, 63):
        day = today + timedelta(days=days)
        if day.day == number:
            return day
    raise ValueError(number)


def _next_weekday(word: str, today: date) -> date:
    matches = [n for n, name in enumerate(_WEEKDAYS) if name.startswith(word)]
    if len(word) < _SHORTEST or len(matches) != 1:
        raise ValueError(word)
    return today + timedelta(days=(matches[0] - today.weekday() - 1) % _WEEK + 1)


def amount_of(typed: str, pointer: str) -> Decimal:
    """Read an amount as people write it: 1500, 1,500.00 or ₱1,500."""
    try:
        return Decimal(typed.strip().removeprefix("₱").replace(",", "").strip())
    except InvalidOperation:
        raise InvalidInput.of(pointer, text("form.amount")) from None
