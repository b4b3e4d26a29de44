"""What a log line may tell."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from clientupdater.domain.errors import NotFound
from clientupdater.entrypoints import redaction
from clientupdater.runtime import trace_context

NUMBER = "0399887766"


def written(**line: Any) -> dict[str, Any]:
    return dict(redaction.redacted(None, "info", redaction.exceptions(None, "info", line)))


def test_a_field_outside_the_allow_list_is_withheld() -> None:
    assert written(event="a", full_name="Juana", status=200) == {
        "event": "a",
        "full_name": "[withheld]",
        "status": 200,
    }


@pytest.mark.parametrize(
    "said",
    [NUMBER, "03-9988776-6", "03 9988 7766", "+63 917 123 4567", "juana@example.com"],
)
def test_personal_numbers_and_addresses_are_removed_from_messages(said: str) -> None:
    result = written(event=f"could not take {said}.", error=f"at {said}")
    assert said not in str(result)
    assert result["event"] == "could not take [withheld]."


def test_a_url_is_shown_without_its_login() -> None:
    result = written(event="failed", error="postgresql://ana:secret@db:5432/book does not answer")
    assert result["error"] == "postgresql://…@db:5432/book does not answer"


def test_an_error_is_logged_by_class_and_place_without_its_message() -> None:
    def driver() -> None:
        raise ValueError(f"invalid: {NUMBER} of Juana")

    def adapter() -> None:
        try:
            driver()
        except ValueError as error:
            raise NotFound from error

    with pytest.raises(NotFound) as raised:
        adapter()
    value = written(event="failed", exc_info=raised.value)["exception"]
    assert NUMBER not in value
    assert "Juana" not in value
    assert "clientupdater.domain.errors.NotFound: It does not exist" in value
    assert "builtins.ValueError\n" in value
    assert "test_redaction.py:" in value


def test_an_error_of_another_logger_is_logged_alike() -> None:
    values = {}
    try:
        int(f"no number: {NUMBER}")
    except ValueError:
        for exc_info in (True, sys.exc_info()):
            values = written(event="failed", exc_info=exc_info)
    assert values["exception"].startswith("builtins.ValueError\n  at unit/test_redaction.py:")
    assert written(event="fine", exc_info=None) == {"event": "fine"}


# --- for which request


GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_a_well_formed_trace_is_followed_and_our_part_of_it_has_its_own_name() -> None:
    trace = trace_context.Trace.begun("request-1", GIVEN)
    assert (trace.request_id, trace.trace_id) == ("request-1", GIVEN[3:35])
    assert trace.traceparent != GIVEN
    assert trace.traceparent.startswith(GIVEN[:36])
    assert trace.traceparent.endswith("-01")


@pytest.mark.parametrize(
    "given",
    [
        "",
        "00-1-2-3",
        GIVEN.upper(),
        GIVEN + "-more",
        "ff" + GIVEN[2:],
        "00-" + "0" * 32 + GIVEN[35:],
        GIVEN[:36] + "0" * 16 + "-01",
    ],
)
def test_a_malformed_trace_is_replaced(given: str) -> None:
    trace = trace_context.Trace.begun("", given)
    assert trace.trace_id not in given
    assert trace_context.Trace.begun("", trace.traceparent).trace_id == trace.trace_id


@pytest.mark.parametrize("given", ["", "short", "with space 1", "x" * 65, "Peña-12345678"])
def test_a_malformed_request_id_is_replaced(given: str) -> None:
    assert trace_context.Trace.begun(given, "").request_id != given


def test_lines_and_outgoing_calls_name_the_request_they_are_for() -> None:
    assert trace_context.outgoing_headers() == {}
    assert redaction.of_request(None, "info", {"event": "a"}) == {"event": "a"}
    with trace_context.following(trace_context.Trace.begun("request-1", GIVEN)) as trace:
        assert redaction.of_request(None, "info", {"event": "a"}) == {
            "event": "a",
            "request_id": "request-1",
            "trace_id": trace.trace_id,
        }
        assert trace_context.outgoing_headers() == {
            "X-Request-ID": "request-1",
            "traceparent": trace.traceparent,
        }
