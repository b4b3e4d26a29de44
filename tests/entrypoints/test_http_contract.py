"""The contract describes everything that answers, and says so in words."""

from __future__ import annotations

from contextlib import nullcontext
from functools import cache
from typing import TYPE_CHECKING, Any

import attrs
import jsonschema_rs
import orjson
import pytest

from clientupdater.entrypoints.http.application import build
from clientupdater.entrypoints.http.descriptions.members import MEMBERS
from clientupdater.entrypoints.http.descriptions.problems import CODES
from clientupdater.entrypoints.http.documentation import contract_of
from clientupdater.entrypoints.http.endpoints import ENDPOINTS
from clientupdater.entrypoints.http.route_table import RouteTable
from clientupdater.entrypoints.http.schemas import Schemas
from tests.support.commands import call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.app import App
    from clientupdater.entrypoints.http.contract import Endpoint

CONTRACT = contract_of(ENDPOINTS)
COMPONENTS = CONTRACT["components"]
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in CONTRACT["paths"].items()
    for method, operation in methods.items()
}
each_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
FIRST_OF_OURS = 500


def resolved(value: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference within the contract."""
    while "$ref" in value:
        _, kind, name = value["$ref"].rsplit("/", 2)
        value = COMPONENTS[kind][name]
    return value


def media_of(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """List what an operation takes and gives: where it is, with its media type."""
    for kind, media in operation.get("requestBody", {}).get("content", {}).items():
        yield f"request {kind}", media
    for status, answer in operation["responses"].items():
        for kind, media in answer.get("content", {}).items():
            yield f"{status} {kind}", media


def examples_of(media: dict[str, Any]) -> list[Any]:
    """Give the examples of a body, an answer, a parameter or a header."""
    named = [resolved(each)["value"] for each in media.get("examples", {}).values()]
    return [media["example"], *named] if "example" in media else named


def fits(value: Any, schema: dict[str, Any]) -> None:
    """Raise if a value does not fit a schema of the contract."""
    compiled(orjson.dumps(schema)).validate(value)


@cache
def compiled(schema: bytes) -> jsonschema_rs.Draft202012Validator:
    """Compile a schema once: many operations share it, and each compiles the whole contract."""
    whole = {**orjson.loads(schema), "components": {"schemas": COMPONENTS["schemas"]}}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def nothing() -> nullcontext[App]:
    raise AssertionError("the application is not opened here")


def described() -> set[tuple[str, str]]:
    paths = CONTRACT["paths"]
    return {(path, method.upper()) for path, methods in paths.items() for method in methods}


def test_every_route_is_in_the_contract_and_the_contract_holds_no_other() -> None:
    (table,) = build(nothing).routes
    assert isinstance(table, RouteTable)
    answering = {
        (route.path, method)
        for route in table.routes
        for method in route.methods or ()
        if method != "HEAD"
    }
    assert answering == described()


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda e: f"{e.method} {e.path}")
def test_operations_that_are_not_public_ask_for_a_session(endpoint: Endpoint) -> None:
    paths = CONTRACT["paths"]
    operation = paths[endpoint.address][endpoint.method.lower()]
    assert operation["security"] == ([] if endpoint.public else [{"session": []}])
    assert ("401" in operation["responses"]) or endpoint.public


def test_operation_ids_are_unique() -> None:
    paths = CONTRACT["paths"]
    names = [op["operationId"] for methods in paths.values() for op in methods.values()]
    assert sorted(names) == sorted(set(names))


def test_the_command_prints_it() -> None:
    assert orjson.loads(call("openapi").stdout)["paths"].keys() == CONTRACT["paths"].keys()


def test_answers_that_clients_may_keep_can_be_not_modified() -> None:
    responses = CONTRACT["paths"]["/api/v1/lookups"]["get"]["responses"]
    assert "304" in responses


@each_operation
def test_an_operation_is_described_under_a_heading_that_is_defined(
    operation: dict[str, Any],
) -> None:
    headings = {tag["name"] for tag in CONTRACT["tags"]}
    assert len(operation["tags"]) == 1
    assert set(operation["tags"]) <= headings
    assert operation["summary"]
    assert not operation["summary"].endswith(".")
    assert operation["description"].endswith((".", "`"))
    assert "security" in operation


@each_operation
def test_an_operation_says_how_it_is_refused(operation: dict[str, Any]) -> None:
    assert any(status.startswith("4") for status in operation["responses"])
    for status, answer in operation["responses"].items():
        assert answer["description"]
        if int(status) < FIRST_OF_OURS or "application/problem+json" in answer.get("content", {}):
            continue
        assert operation["tags"] == ["Service"]


@each_operation
def test_parameters_and_headers_are_described(operation: dict[str, Any]) -> None:
    answers = operation["responses"].values()
    headers = [resolved(each) for answer in answers for each in answer.get("headers", {}).values()]
    for described in (*operation.get("parameters", ()), *headers):
        assert described["description"].endswith((".", "`"))
        for example in examples_of(described):
            fits(example, described["schema"])


@each_operation
def test_bodies_answers_and_errors_have_examples_that_fit(operation: dict[str, Any]) -> None:
    for where, media in media_of(operation):
        examples = examples_of(media)
        needs = "json" in where and media["schema"] != {} and operation["tags"] != ["Service"]
        assert examples or not needs, where
        for example in examples:
            fits(example, media["schema"])


def test_headings_are_described_and_used() -> None:
    used = {tag for operation in OPERATIONS.values() for tag in operation["tags"]}
    assert {tag["name"] for tag in CONTRACT["tags"]} == used
    assert all(tag["description"].endswith(".") for tag in CONTRACT["tags"])


@pytest.mark.parametrize("name", COMPONENTS["schemas"])
def test_schemas_and_their_properties_are_described(name: str) -> None:
    schema = COMPONENTS["schemas"][name]
    assert schema["description"].endswith(".")
    for member, described in schema.get("properties", {}).items():
        assert described["description"].endswith((".", "`")), member


def test_nothing_in_the_contract_is_unused() -> None:
    written = orjson.dumps(CONTRACT).decode()
    for kind in ("schemas", "examples", "headers"):
        for name in COMPONENTS[kind]:
            assert f'"#/components/{kind}/{name}"' in written, name


def test_every_description_of_a_member_is_of_a_member() -> None:
    members = {
        (shape, name)
        for shape, schema in COMPONENTS["schemas"].items()
        for name in schema.get("properties", ())
    }
    properties = {name for _, name in members} | {f"{shape}.{name}" for shape, name in members}
    parameters = {
        each["name"]
        for operation in OPERATIONS.values()
        for each in operation.get("parameters", ())
    }
    assert set(MEMBERS) <= properties | parameters


def test_only_codes_that_are_answered_are_described() -> None:
    assert set(CODES) - set(COMPONENTS["examples"]) <= {"invalid_cursor"}


def test_two_shapes_of_one_name_are_refused() -> None:
    schemas = Schemas()
    first, second = (type("Twin", (), {"__doc__": "A twin."}) for _ in range(2))
    schemas.of(attrs.frozen(first))
    with pytest.raises(ValueError, match="Twin"):
        schemas.of(attrs.frozen(second))
