"""Reading a request: whether it is what it says it is, before anybody asks what it means.

Everything here answers 400, 413 or 415: a body that is no JSON, a member named twice (which
of the two was meant?), a NUL (which no database keeps), a nesting that no document of ours has,
a parameter that nobody knows (a filter misspelt would show more than was asked for).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from clientupdater.entrypoints.http.problems import Rejected
from clientupdater.entrypoints.structuring import is_a_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from starlette.datastructures import Headers

DEEPEST = 32
_UTF8 = re.compile(r'application/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?', re.IGNORECASE)
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_JSON_KINDS = ("application/json", "application/*", "*/*", "application/problem+json")
"""By which what we answer may be asked for, the most exact first."""
_QVALUE = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")
_ETAG = re.compile(r'"v(\d{1,18})"', re.ASCII)


def parsed_query(raw: bytes, known: Iterable[str]) -> dict[str, str]:
    """Read the query: each parameter known, and named once."""
    allowed = set(known)
    words: dict[str, str] = {}
    for pair in filter(None, raw.split(b"&")):
        name, _, value = (_unquoted(part) for part in pair.partition(b"="))
        if name not in allowed:
            message = f"The parameter {name!r}" if is_a_name(name) else "A parameter"
            raise Rejected.invalid(f"{message} is not known here.")
        if name in words:
            raise Rejected.invalid(f"The parameter {name!r} is named twice.")
        words[name] = value
    return words


def _unquoted(raw: bytes) -> str:
    try:
        text = unquote_to_bytes(raw.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        raise Rejected.invalid("The query is not UTF-8.") from None
    if "\0" in text:
        raise Rejected.invalid("The query holds a NUL.")
    return text


def parsed_json(raw: bytes, content_type: str | None) -> Any:
    """Read a body; it must say that it is JSON, and be it."""
    if not raw:
        raise Rejected.invalid("A body of JSON is expected.")
    if not _UTF8.fullmatch((content_type or "").strip()):
        message = "The body is expected as application/json, in UTF-8."
        raise Rejected(415, "unsupported_media_type", message)
    try:
        value = json.loads(
            raw.decode("utf-8"), object_pairs_hook=named_once, parse_constant=_no_number
        )
    except UnicodeDecodeError:
        raise Rejected.invalid("The body is not UTF-8.") from None
    except RecursionError:
        raise Rejected.invalid(_TOO_DEEP) from None
    except ValueError as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise Rejected.invalid(f"The body is no JSON{where}.") from None
    _look_through(value)
    return value


_TOO_DEEP = f"The body is nested more than {DEEPEST} levels deep."


def named_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its members; one that is named twice is refused."""
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            message = f"The member {name!r}" if is_a_name(name) else "A member"
            raise Rejected.invalid(f"{message} is named twice in one object.")
        members[name] = value
    return members


def _no_number(word: str) -> Any:
    raise Rejected.invalid(f"{word} is no JSON.")


def _look_through(value: Any) -> None:
    """Refuse what no text of ours holds, and nesting without end."""
    waiting = [(value, 1)]
    while waiting:
        result, depth = waiting.pop()
        if isinstance(result, str):
            _require_text(result)
            continue
        if isinstance(result, dict):
            waiting.extend((name, depth) for name in result)
            result = result.values()
        elif not isinstance(result, list):
            continue
        if depth > DEEPEST:
            raise Rejected.invalid(_TOO_DEEP)
        waiting.extend((each, depth + 1) for each in result)


def _require_text(text: str) -> None:
    if "\0" in text:
        raise Rejected.invalid("The body holds a NUL.")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise Rejected.invalid("The body holds half a character (a lone surrogate).")


def parsed_version(headers: Headers) -> int | None:
    """Read If-Match: one version, as our ETags say it."""
    lines = headers.getlist("if-match")
    if not lines:
        return None
    match = _ETAG.fullmatch(joined(lines).strip())
    if not match:
        raise Rejected.invalid('If-Match names one version, as in "v3".')
    return int(match[1])


def parsed_key(headers: Headers) -> str | None:
    """Read the Idempotency-Key: one word, chosen by who asks."""
    result = headers.getlist("idempotency-key")
    if not result:
        return None
    if len(result) > 1 or not _KEY.fullmatch(result[0]):
        message = "Idempotency-Key is one word of 1 to 255 visible ASCII characters."
        raise Rejected.invalid(message)
    return result[0]


def joined(lines: Iterable[str]) -> str:
    """Read a header that came in several lines as one list: they mean the same (RFC 9110, 5.3)."""
    return ",".join(lines)


def weights(wanted: str) -> dict[str, float]:
    """Read what an Accept header names, and how much it is wanted; 0 is not at all."""
    parts = (each.partition(";") for each in wanted.lower().split(","))
    return {name.strip(): _weight(params) for name, _, params in parts if name.strip()}


def _weight(params: str) -> float:
    """Read q, however it is spaced; what is no number counts as wanted."""
    for each in params.split(";"):
        name, _, value = each.partition("=")
        if name.strip() == "q" and _QVALUE.fullmatch(value.strip()):
            return float(value)
    return 1.0


def require_json_wanted(headers: Headers) -> None:
    """Refuse who takes no JSON: all that is answered here is. The most exact kind decides."""
    wanted = weights(joined(headers.getlist("accept")))
    result = next((wanted[kind] for kind in _JSON_KINDS if kind in wanted), 0.0)
    if wanted and not result:
        raise Rejected(406, "not_acceptable", "What is answered here is application/json.")
