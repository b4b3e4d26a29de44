"""What reading a request costs grows with its length and no faster, whatever stands in it.

Counted are steps: bytecodes that Python runs, and comparisons of names, which it makes within one.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import pytest
from attrs import frozen
from starlette.datastructures import Headers

from clientupdater.domain.errors import Error, InvalidInput
from clientupdater.entrypoints import redaction
from clientupdater.entrypoints.http import parsing
from clientupdater.entrypoints.http.problems import Rejected
from clientupdater.entrypoints.http.server_settings import ServerSettings
from clientupdater.entrypoints.structuring import MOST_FAULTS, Many, Text, structured
from clientupdater.settings.readers import networks

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

FEW, MANY = 500, 4_000


def steps_of(work: Callable[[], object]) -> int:
    """Count the bytecodes that it takes, and let it refuse."""
    steps = 0

    def count(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal steps
        frame.f_trace_opcodes = True
        steps += event == "opcode"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        work()
    except (Rejected, Error):
        pass
    finally:
        sys.settrace(before)
    return steps


class Name(str):
    """A member's name that counts how often it is compared."""

    __slots__ = ()
    compared = 0
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        Name.compared += 1
        return str.__eq__(self, other)


@frozen
class Item:
    """One of many."""

    name: Annotated[str, Text(longest=10)]


@frozen
class Body:
    """A list with an end."""

    items: Annotated[tuple[Item, ...], Many(most=10)] = ()


def as_json(value: object) -> Callable[[], object]:
    raw = json.dumps(value).encode()
    return lambda: parsing.parsed_json(raw, "application/json")


def headers(name: str, *lines: str) -> Headers:
    return Headers(raw=[(name.encode(), line.encode()) for line in lines])


PROXIES = ServerSettings(trusted_proxies=networks("10.0.0.0/8"))
HOSTILE: dict[str, Callable[[int], Callable[[], object]]] = {
    "members": lambda n: as_json({f"m{i}": 1 for i in range(n)}),
    "objects": lambda n: as_json([{"a": {}}] * n),
    "text beyond ASCII": lambda n: as_json("é" * n),
    "nesting": lambda n: lambda: parsing.parsed_json(b"[" * n, "application/json"),
    "digits": lambda n: lambda: parsing.parsed_json(b"1" * n, "application/json"),
    "blanks after the type": lambda n: (
        lambda: parsing.parsed_json(b"1", "application/json" + " " * n + "x")
    ),
    "parameters": lambda n: (
        lambda: parsing.parsed_query(
            b"&".join(b"p%d=1" % i for i in range(n)), [f"p{i}" for i in range(n)]
        )
    ),
    "escapes": lambda n: lambda: parsing.parsed_query(b"a=" + b"%41" * n, ["a"]),
    "kinds wanted": lambda n: (
        lambda: parsing.require_json_wanted(headers("accept", *["a/b;q=0"] * n))
    ),
    "addresses": lambda n: lambda: PROXIES.client_address("10.0.0.1", "10.0.0.2," * n),
    "members that nobody knows": lambda n: lambda: structured({f"m{i}": 1 for i in range(n)}, Body),
    "items beyond the end": lambda n: lambda: structured({"items": [{}] * n}, Body),
    "a log line": lambda n: lambda: redaction.redacted(None, "", {"event": "a" * n}),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_input_eight_times_as_long_costs_at_most_eight_times_as_much(what: str) -> None:
    few, many = steps_of(HOSTILE[what](FEW)), steps_of(HOSTILE[what](MANY))
    assert many <= 8 * few + 1000


def test_a_name_that_comes_twice_is_found_in_one_pass() -> None:
    pairs = [*((Name(f"m{i}"), i) for i in range(10_000)), (Name("m9999"), 0)]
    Name.compared = 0
    with pytest.raises(Rejected, match="The member 'm9999' occurs twice in one object"):
        parsing.named_once(pairs)
    assert Name.compared < 100


def test_a_list_that_is_too_long_is_refused_before_its_items_are_read() -> None:
    long, longer = ({"items": [{"wrong": 1}] * n} for n in (11, 10_000))
    assert steps_of(lambda: structured(longer, Body)) == steps_of(lambda: structured(long, Body))


def test_of_a_thousand_faults_the_first_hundred_are_reported() -> None:
    with pytest.raises(InvalidInput) as raised:
        structured({f"m{i:04}": 1 for i in range(1000)}, Body)
    assert [each.pointer for each in raised.value.faults] == [
        f"/m{i:04}" for i in range(MOST_FAULTS)
    ]
