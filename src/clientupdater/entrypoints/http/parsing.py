"""The syntax of a request: 400, 406 or 415.

Refused are a body that is not JSON, a member that occurs twice, a NUL (PostgreSQL stores none),
deep nesting, and an unknown parameter: a misspelt filter would show more than the client wanted.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from clientupdater.entrypoints.http.problems import Rejected
from clientupdater.entrypoints.structuring import is_a_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from starlette.datastructures import Headers

DEEPEST = 32
_UTF8 = re.compile(r'application/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?', re.IGNORECASE)
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_JSON_KINDS = ("application/json", "application/*", "*/*", "application/problem+json")
"""Media types of an Accept header that include JSON, the most specific first."""
_QVALUE = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")
_ETAG = re.compile(r'"v(\d{1,18})"', re.ASCII)


def parsed_query(raw: bytes, known: Collection[str]) -> dict[str, str]:
    """Parse a query of known parameters, each at most once."""
    words: dict[str, str] = {}
    for pair in filter(None, raw.split(b"&")):
        name, _, value = (_unquoted(part) for part in pair.partition(b"="))
        if name not in known:
            message = f"The parameter {name!r}" if is_a_name(name) else "A parameter"
            raise Rejected.invalid(f"{message} is unknown.")
        if name in words:
            raise Rejected.invalid(f"The parameter {name!r} occurs twice.")
        words[name] = value
    return words


def _unquoted(raw: bytes) -> str:
    try:
        text = unquote_to_bytes(raw.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        raise Rejected.invalid("The query is not valid UTF-8.") from None
    if "\0" in text:
        raise Rejected.invalid("The query contains a NUL character.")
    return text


def parsed_json(raw: bytes, content_type: str | None) -> Any:
    """Parse a JSON body with the content type of JSON."""
    if not raw:
        raise Rejected.invalid("Send a JSON body.")
    if not _UTF8.fullmatch((content_type or "").strip()):
        message = "Send the body as application/json in UTF-8."
        raise Rejected(415, "unsupported_media_type", message)
    try:
        value = _DECODER.decode(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise Rejected.invalid("The body is not valid UTF-8.") from None
    except RecursionError:
        raise Rejected.invalid(_TOO_DEEP) from None
    except ValueError as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise Rejected.invalid(f"The body is not valid JSON{where}.") from None
    _require_shallow_text(value)
    return value


_TOO_DEEP = f"The body is nested more than {DEEPEST} levels deep."


def named_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its members; refuse one that occurs twice."""
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            message = f"The member {name!r}" if is_a_name(name) else "A member"
            raise Rejected.invalid(f"{message} occurs twice in one object.")
        members[name] = value
    return members


def _no_number(word: str) -> Any:
    raise Rejected.invalid(f"{word} is not valid JSON.")


_DECODER = json.JSONDecoder(object_pairs_hook=named_once, parse_constant=_no_number)


def _require_shallow_text(value: Any) -> None:
    """Refuse deep nesting, and text that PostgreSQL cannot store."""
    waiting = [(value, 1)]
    while waiting:
        current, depth = waiting.pop()
        if isinstance(current, str):
            _require_text(current)
            continue
        if isinstance(current, dict):
            waiting.extend((name, depth) for name in current)
            current = current.values()
        elif not isinstance(current, list):
            continue
        if depth > DEEPEST:
            raise Rejected.invalid(_TOO_DEEP)
        waiting.extend((each, depth + 1) for each in current)


def _require_text(text: str) -> None:
    if "\0" in text:
        raise Rejected.invalid("The body contains a NUL character.")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise Rejected.invalid("The body contains a lone surrogate, which is half a character.")


def parsed_version(headers: Headers) -> int | None:
    """Read the version in If-Match; it has the form of our ETags."""
    lines = headers.getlist("if-match")
    if not lines:
        return None
    match = _ETAG.fullmatch(joined(lines).strip())
    if not match:
        raise Rejected.invalid('If-Match must name one version, as in "v3".')
    return int(match[1])


def parsed_key(headers: Headers) -> str | None:
    keys = headers.getlist("idempotency-key")
    if not keys:
        return None
    if len(keys) > 1 or not _KEY.fullmatch(keys[0]):
        message = "Idempotency-Key must be one word of 1 to 255 visible ASCII characters."
        raise Rejected.invalid(message)
    return keys[0]


def joined(lines: Iterable[str]) -> str:
    """Join the lines of one header to a list; both mean the same (RFC 9110, 5.3)."""
    return ",".join(lines)


@lru_cache(256)
def weights(wanted: str) -> Mapping[str, float]:
    """Read the names in an Accept header with their weights; 0 means not acceptable."""
    parts = (each.partition(";") for each in wanted.lower().split(","))
    return {name.strip(): _weight(params) for name, _, params in parts if name.strip()}


def _weight(params: str) -> float:
    """Read q; a value that is not a number counts as 1."""
    for each in params.split(";"):
        name, _, value = each.partition("=")
        if name.strip() == "q" and _QVALUE.fullmatch(value.strip()):
            return float(value)
    return 1.0


def require_json_wanted(headers: Headers) -> None:
    """Refuse a client that does not take JSON; the most specific media type decides."""
    wanted = weights(joined(headers.getlist("accept")))
    weight = next((wanted[kind] for kind in _JSON_KINDS if kind in wanted), 0.0)
    if wanted and not weight:
        raise Rejected(406, "not_acceptable", "Responses are application/json; accept that.")
