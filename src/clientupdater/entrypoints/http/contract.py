"""What an endpoint is: declared once, and from that routed, converted and documented."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

from attrs import field, frozen

from clientupdater.domain.errors import InvalidInput, NotFound
from clientupdater.domain.ids import JobId
from clientupdater.domain.people import Act
from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Permission
from clientupdater.domain.rate_limits import Activity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from clientupdater.app import App
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.errors import Error

BASE = "/api/v1"
MIB = 1024 * 1024
SIGN_IN_BYTES = 128 * 1024
_CODE = re.compile(r"code:[A-Za-z0-9][A-Za-z0-9_.-]{0,49}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")
_PART = re.compile(r"{(\w+)}")


@frozen
class Sent:
    """A request as it came."""

    headers: Mapping[str, str]
    body: bytes


@frozen(kw_only=True)
class Call:
    """One request that was judged fit: what an endpoint works with."""

    app: App
    route: str
    caller: Caller
    session: Any = None
    """The session that it came by; None where nobody need sign in."""
    path: Mapping[str, Any] = field(factory=dict)
    query: Any = None
    body: Any = None
    version: int | None = None
    sent: Sent | None = field(default=None, repr=False)
    """As it came, byte for byte, for what vouches for it."""

    @property
    def generation(self) -> int | None:
        """The configuration's, as the look-up of the session brought it along."""
        number: int | None = self.session.generation if self.session else None
        return number


@frozen(kw_only=True)
class Download:
    """A file that is sent as it is read, however long it is."""

    name: str
    media_type: str
    size: int
    chunks: Iterator[bytes]


@frozen(kw_only=True)
class Answer:
    """What is answered beside the value itself."""

    value: Any = None
    version: int | None = None
    """Of the single resource that is shown: it becomes the ETag."""
    location: str | None = None


@frozen(kw_only=True)
class Endpoint:
    """One thing that can be asked for over HTTP."""

    method: str
    base: str = BASE
    path: str
    summary: str
    handle: Callable[[Call], Any]
    status: int = 200
    answers: Any = None
    """The shape of what is answered; None: nothing is."""
    downloads: tuple[str, ...] = ()
    """Of which kinds the file may be that is sent instead of a value."""
    query: type | None = None
    body: type | None = None
    body_required: bool = True
    public: bool = False
    permission: Permission | None = None
    """None: whoever is signed in."""
    admit: Callable[[Call], None] | None = None
    """Raises NotFound or Forbidden: asked only of what does not fit, to be told so first."""
    versioned: bool = False
    """It changes what has a version, which must be named."""
    cacheable: bool = False
    """Holds nothing personal: it may be kept, and asked for by its ETag."""
    act: Act = Act.OTHER
    counts_as: Activity | None = None
    """What it is counted as where its method does not say it."""
    largest_body: int = 0
    """Where it may be longer than the setting allows of others."""
    once: bool = True
    """A change is made once however often it is asked for; False: asking again does no harm."""
    in_batches: bool = False
    """It commits as it goes, and does no harm when it is done again."""
    shown_once: tuple[str, ...] = ()
    """Members that hold a secret: an answer that is given again has null there."""
    errors: tuple[type[Error], ...] = ()

    @property
    def address(self) -> str:
        """Where it is found."""
        return self.base + self.path

    @property
    def activity(self) -> Activity:
        """What it is counted as: what changes nothing reads, whatever its method."""
        reads = self.method == "GET"
        return self.counts_as or (Activity.READ if reads else Activity.WRITE)

    @property
    def is_keyed(self) -> bool:
        """Whether it takes an Idempotency-Key."""
        return self.once and not self.public and self.method != "GET"

    def body_limit(self, of_all: int) -> int:
        """Tell how long a body may be, where all others may be so long.

        An eighth is more than signing in ever takes: a stranger gives us little to read.
        """
        if self.activity is Activity.SIGN_IN:
            return min(of_all, SIGN_IN_BYTES)
        return max(of_all, self.largest_body)

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of what its path leaves open."""
        return tuple(_PART.findall(self.path))


# --- what a path can leave open


@frozen
class Part:
    """How one part of a path is read, and how the contract tells of it."""

    read: Callable[[str], Any]
    told: str
    schema: Mapping[str, Any]


def _id(text: str) -> UUID:
    """Read an id; what is none names nothing that is there."""
    if not _UUID.fullmatch(text):
        raise NotFound
    return UUID(text)


def _id_or_code(text: str) -> UUID | str:
    """Read an id, or a code behind ``code:``."""
    return text.removeprefix("code:") if _CODE.fullmatch(text) else _id(text)


def _number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise NotFound
    return int(text)


def _permission(text: str) -> Permission:
    if text not in set(Permission):
        raise InvalidInput.of("permission", f"is one of {', '.join(Permission)}")
    return Permission(text)


def _job(text: str) -> JobId:
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise NotFound
    return JobId(int(text))


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise NotFound
    return text


_BY_ID = Part(_id, "An id.", {"type": "string", "format": "uuid"})
_BY_CODE = Part(
    _id_or_code,
    "An id, or `code:` and a code.",
    {"type": "string", "pattern": f"^({_UUID.pattern}|{_CODE.pattern})$"},
)
PERIOD_PATTERN = "^2[01][0-9]{2}-(0[1-9]|1[0-2]|Q[1-4])$"

PARTS: Mapping[str, Part] = {
    "client": _BY_CODE,
    "branch": _BY_CODE,
    "area": _BY_CODE,
    "period": Part(
        Period.parse,
        "A month (2026-11) or a quarter (2026-Q4).",
        {"type": "string", "pattern": PERIOD_PATTERN},
    ),
    "sequence": Part(
        _number, "The number of an event.", {"type": "integer", "minimum": 0, "maximum": 999999999}
    ),
    "job": Part(
        _job, "The number of a job.", {"type": "integer", "minimum": 0, "maximum": 10**18 - 1}
    ),
    "schedule": Part(
        _name, "The name of a schedule.", {"type": "string", "pattern": f"^{_NAME.pattern}$"}
    ),
    "permission": Part(
        _permission,
        "A permission.",
        {"type": "string", "enum": [str(each) for each in Permission]},
    ),
}


def part(name: str) -> Part:
    """Find how a part is read: by its name, else as an id."""
    return PARTS.get(name, _BY_ID)
