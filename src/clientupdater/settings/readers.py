"""Parsers of settings, and the masking of secret ones."""

from __future__ import annotations

import base64
import re
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from ipaddress import IPv4Network, IPv6Network

_SECRET_PART = re.compile(r"(?<=://).*(?=@)|(?<=\?).*|(?<=password=)\S+")


Network: TypeAlias = "IPv4Network | IPv6Network"


@frozen
class Setting:
    """A field's name in the environment, its parser, and its description for people."""

    name: str
    read: Callable[[str], Any]
    expected: str
    purpose: str
    default: str = ""
    example: str = ""
    secret: bool = False


def mask(value: object) -> str:
    """Show a URL without its credentials; hide anything else."""
    text = str(value)
    return _SECRET_PART.sub("***", text) if "://" in text or "password=" in text else "***"


def hide(value: object) -> str:
    """Show whether a secret is set, masked."""
    return repr(value if value is None else mask(value))


def read_as(*args: Any, **kwargs: Any) -> dict[str, Setting]:
    """Describe a setting, as attrs' metadata."""
    return {"setting": Setting(*args, **kwargs)}


def url(*schemes: str) -> Callable[[str], str]:
    """Read an address of one of these schemes."""

    def read(text: str) -> str:
        if text.partition("://")[0] not in schemes or not text.partition("://")[2]:
            raise ValueError
        return text

    return read


def whole(least: int, most: int) -> Callable[[str], int]:
    """Read a whole number within limits."""

    def read(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise ValueError
        return number

    return read


_KEY_BYTES = 32
_KEY_NAME = re.compile(r"[A-Za-z0-9_-]{1,32}")


def key(text: str) -> bytes:
    """Read a key of 32 bytes in base64."""
    result = base64.b64decode(text, validate=True)
    if len(result) != _KEY_BYTES:
        raise ValueError
    return result


def keys(text: str) -> Mapping[str, bytes]:
    """Read keys by name, the newest first."""
    parts = [part.strip().partition(":") for part in text.split(",")]
    names = [name for name, _, _ in parts]
    if len(set(names)) != len(names) or not all(_KEY_NAME.fullmatch(name) for name in names):
        raise ValueError
    return {name: key(encoded) for name, _, encoded in parts}


_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def trusted_url(text: str) -> str:
    """Read an address that must be https, unless it is on this machine."""
    parts = urlsplit(text)
    is_near = parts.scheme == "http" and parts.hostname in _LOOPBACK
    is_private = parts.scheme == "https" or is_near
    if not is_private or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError
    return text


SIGNING_ALGORITHMS = ("RS256", "RS384", "RS512", "ES256", "ES384", "ES512")
"""Asymmetric algorithms: only the issuer has the signing key."""


def words(text: str) -> tuple[str, ...]:
    """Read words, separated by commas."""
    items = tuple(word.strip() for word in text.split(","))
    if not all(items):
        raise ValueError
    return items


def algorithms(text: str) -> tuple[str, ...]:
    """Read names of asymmetric signing algorithms."""
    names = words(text)
    if not set(names) <= set(SIGNING_ALGORITHMS):
        raise ValueError
    return names


def one_of(*allowed: str) -> Callable[[str], str]:
    """Read one of a few words."""

    def read(text: str) -> str:
        if text.lower() not in allowed:
            raise ValueError
        return text.lower()

    return read


_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*(?:\.[A-Za-z_][A-Za-z0-9_$]*){0,2}")


def identifier(text: str) -> str:
    """Read the name of a table or view, with schema and database; it goes into SQL unquoted."""
    if not _IDENTIFIER.fullmatch(text):
        raise ValueError
    return text


_SEGMENT = re.compile(r"[A-Za-z0-9._~-]+")


def path(*holds: str) -> Callable[[str], str]:
    """Read a relative path that holds each required placeholder once."""

    def read(text: str) -> str:
        result = text.removeprefix("/")
        bare = result
        for each in holds:
            bare = bare.replace(each, "held", 1)
        segments = bare.split("/")
        is_there = all(each in result for each in holds)
        if not is_there or not all(map(_SEGMENT.fullmatch, segments)) or {".", ".."} & {*segments}:
            raise ValueError
        return result

    return read


_WORD = re.compile(r"[A-Za-z0-9_$@-]+(?:\.[A-Za-z0-9_$@-]+)*")


def renamed(*ours: str) -> Callable[[str], Mapping[str, str]]:
    """Read their names for some of ours, as our=their pairs."""

    def read(text: str) -> Mapping[str, str]:
        pairs = [word.partition("=") for word in words(text)]
        theirs = {name.strip(): called.strip() for name, _, called in pairs}
        meant = [theirs.get(name, name) for name in ours]
        is_known = len(theirs) == len(pairs) and set(theirs) <= set(ours)
        if not is_known or len(set(meant)) < len(ours) or not all(map(_WORD.fullmatch, meant)):
            raise ValueError
        return theirs

    return read


_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


def header(text: str) -> str:
    """Read the name of a header."""
    if not _HEADER.fullmatch(text):
        raise ValueError
    return text


def shown(text: str) -> str:
    """Read a value that a header can carry."""
    if not text.isascii() or not text.isprintable():
        raise ValueError
    return text


def yes_or_no(text: str) -> bool:
    """Read true or false."""
    return {"true": True, "false": False}[text.lower()]


def on_or_off(text: str) -> bool:
    """Read on or off."""
    return {"on": True, "off": False}[text.lower()]


def origins(text: str) -> tuple[str, ...]:
    """Read origins such as https://app.example.com."""
    result = words(text)
    for parts in map(urlsplit, result):
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
            raise ValueError
    return result


_SHORTEST_TOKEN = 24


def long_word(text: str) -> str:
    """Read a secret that is long enough not to be guessed."""
    if len(text) < _SHORTEST_TOKEN or not text.isascii() or " " in text:
        raise ValueError
    return text


def webhook_secrets(text: str) -> tuple[str, ...]:
    """Read secrets that sign webhooks: whsec_ and bytes in base64, or a word as it is."""
    result = words(text)
    for each in result:
        bare = each.removeprefix("whsec_")
        size = len(each.encode() if bare == each else base64.b64decode(bare, validate=True))
        if size < _SHORTEST_TOKEN:
            raise ValueError
    return result


def address(text: str) -> tuple[str, int]:
    """Read host and port."""
    parts = urlsplit(f"//{text}")
    if not (parts.hostname and parts.port) or parts.path:
        raise ValueError
    return parts.hostname, parts.port


postgres_url = url("postgresql", "postgres")
POSTGRES_EXAMPLE = "postgresql://clientupdater:password@localhost:5432/clientupdater"


def networks(text: str) -> tuple[Network, ...]:
    """Read addresses and networks, separated by commas."""
    return tuple(ip_network(each.strip()) for each in text.split(","))
