"""An endpoint: declared once, and from that routed, converted and documented."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

from attrs import field, frozen

from clientupdater.domain.errors import InvalidInput, NotFound
from clientupdater.domain.ids import JobId
from clientupdater.domain.lookups import LookupTable
from clientupdater.domain.people import Act
from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Permission
from clientupdater.domain.rate_limits import Activity
from clientupdater.entrypoints.http.descriptions.about import UUID_EXAMPLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from starlette.requests import Request

    from clientupdater.app import App
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.errors import Error
    from clientupdater.usecases.requests.idempotency import Reply

BASE = "/api/v1"
MIB = 1024 * 1024
SIGN_IN_BYTES = 128 * 1024
_CODE = re.compile(r"code:[A-Za-z0-9][A-Za-z0-9_.-]{0,49}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")
_ENTRY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_PART = re.compile(r"{(\w+)}")


@frozen
class Capability:
    """What a group of endpoints is for: a heading of the documentation."""

    name: str
    text: str


SERVICE = Capability("Service", "Whether the service runs and is well, and its documentation.")


@frozen
class Sent:
    """A request before it is parsed."""

    headers: Mapping[str, str]
    body: bytes


@frozen(kw_only=True)
class Call:
    """One request that passed every check: an endpoint's only argument."""

    app: App
    route: str
    caller: Caller
    session: Any = None
    """The caller's session; None on public endpoints."""
    path: Mapping[str, Any] = field(factory=dict)
    query: Any = None
    body: Any = None
    version: int | None = None
    sent: Sent | None = field(default=None, repr=False)
    """The bytes of the request, for checking their signature."""

    def with_values(
        self, path: Mapping[str, Any], query: Any, body: Any, version: int | None
    ) -> Call:
        """Add the values of the request."""
        return Call(
            app=self.app,
            route=self.route,
            caller=self.caller,
            session=self.session,
            path=path,
            query=query,
            body=body,
            version=version,
            sent=self.sent,
        )

    @property
    def generation(self) -> int | None:
        """The generation of the configuration, which was read along with the session."""
        number: int | None = self.session.generation if self.session else None
        return number


@frozen(kw_only=True)
class Download:
    """A file, streamed while it is read."""

    name: str
    media_type: str
    size: int
    chunks: Iterator[bytes]


@frozen(kw_only=True)
class Result:
    """What a handler returns where the response has headers of its own."""

    value: Any = None
    version: int | None = None
    """The version of the resource, sent as its ETag."""
    location: str | None = None


@frozen
class Medium:
    """How callers prove who they are, and how requests are read and results written."""

    token: Callable[[Request], str]
    parse: Callable[[Endpoint, Any], Any]
    """From a received request to a parsed one."""
    reply: Callable[[Endpoint, Request, Any], Reply]


@frozen(kw_only=True)
class Endpoint:
    """One operation of the HTTP interface. The docstring of `handle` is its description."""

    method: str
    base: str = BASE
    path: str
    summary: str
    handle: Callable[[Call], Any]
    status: int = 200
    answers: Any = None
    """The shape of the answer; None: the answer is empty."""
    downloads: tuple[str, ...] = ()
    """The media types of the file that is the answer."""
    query: type | None = None
    body: type | None = None
    body_required: bool = True
    public: bool = False
    permission: Permission | None = None
    """None: any user who is signed in."""
    admit: Callable[[Call], None] | None = None
    """Raises NotFound or Forbidden, which an answer to a malformed request must not hide."""
    versioned: bool = False
    """The request must name the version that it changes."""
    cacheable: bool = False
    """The answer holds nothing personal, so a client may keep it and revalidate it by ETag."""
    act: Act = Act.OTHER
    counts_as: Activity | None = None
    """The rate limit it counts against, where its method does not decide."""
    largest_body: int = 0
    """A longer body than the setting allows elsewhere."""
    once: bool = True
    """The request needs an Idempotency-Key; False: repeating it does no harm."""
    in_batches: bool = False
    """It commits as it goes, and repeating it does no harm."""
    past_deadline: bool = False
    """It is one transaction that may take longer than a request may elsewhere."""
    shown_once: tuple[str, ...] = ()
    """Members that hold a secret: null in a replayed answer."""
    waits: Callable[[Call, Any], float] | None = None
    """For how many seconds a result is not worth an answer; a waiting request has no thread."""
    errors: tuple[type[Error], ...] = ()
    has_location: bool = False
    """The answer names what was created in its Location header."""
    capability: Capability = SERVICE
    medium: Medium | None = None
    """None: a bearer token, and JSON."""

    @property
    def address(self) -> str:
        """The path as the contract has it."""
        return self.base + self.path

    @property
    def activity(self) -> Activity:
        """The rate limit it counts against."""
        reads = self.method == "GET"
        return self.counts_as or (Activity.READ if reads else Activity.WRITE)

    @property
    def is_keyed(self) -> bool:
        """Whether it takes an Idempotency-Key."""
        return self.once and not self.public and self.method != "GET"

    def body_limit(self, of_all: int) -> int:
        """Limit the body, given the setting's limit; signing in never takes much."""
        if self.activity is Activity.SIGN_IN:
            return min(of_all, SIGN_IN_BYTES)
        return max(of_all, self.largest_body)

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of its path parameters."""
        return tuple(_PART.findall(self.path))


# --- path parameters


@frozen
class Part:
    """How a path parameter is read and described."""

    read: Callable[[str], Any]
    schema: Mapping[str, Any]
    example: Any


def _id(text: str) -> UUID:
    """Read an id; any other text names nothing that exists."""
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
        raise InvalidInput.of("/permission", f"is one of {', '.join(Permission)}")
    return Permission(text)


def _job(text: str) -> JobId:
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise NotFound
    return JobId(int(text))


def _entry(text: str) -> str:
    if not _ENTRY.fullmatch(text):
        raise NotFound
    return text


def _table(text: str) -> LookupTable:
    if text not in set(LookupTable):
        raise NotFound
    return LookupTable(text)


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise NotFound
    return text


_BY_ID = Part(_id, {"type": "string", "format": "uuid"}, UUID_EXAMPLE)
PERIOD_PATTERN = "^2[01][0-9]{2}-(0[1-9]|1[0-2]|Q[1-4])$"


def _by_code(example: str) -> Part:
    pattern = f"^({_UUID.pattern}|{_CODE.pattern})$"
    return Part(_id_or_code, {"type": "string", "pattern": pattern}, example)


def _whole(read: Callable[[str], Any], most: int, example: int) -> Part:
    return Part(read, {"type": "integer", "minimum": 0, "maximum": most}, example)


PARTS: Mapping[str, Part] = {
    "client": _by_code("code:FC-000123"),
    "branch": _by_code("code:QC01"),
    "area": _by_code("code:NCR"),
    "period": Part(Period.parse, {"type": "string", "pattern": PERIOD_PATTERN}, "2026-11"),
    "sequence": _whole(_number, 999999999, 1),
    "job": _whole(_job, 10**18 - 1, 4711),
    "setting": Part(
        _name, {"type": "string", "pattern": f"^{_NAME.pattern}$"}, "status.backdating_days"
    ),
    "category": Part(_entry, {"type": "string", "pattern": f"^{_ENTRY.pattern}$"}, "answers"),
    "entry": Part(_entry, {"type": "string", "pattern": f"^{_ENTRY.pattern}$"}, "CALLED"),
    "table": Part(
        _table, {"type": "string", "enum": [str(each) for each in LookupTable]}, "status_types"
    ),
    "schedule": Part(_name, {"type": "string", "pattern": f"^{_NAME.pattern}$"}, "open-periods"),
    "role": Part(_name, {"type": "string", "pattern": f"^{_NAME.pattern}$"}, "telemarketer"),
    "permission": Part(_permission, {"$ref": "#/components/schemas/Permission"}, "clients:read"),
}


def part(name: str) -> Part:
    """Find how a path parameter is read: by its name, else as an id."""
    return PARTS.get(name, _BY_ID)
