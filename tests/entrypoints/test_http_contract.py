"""The contract and what answers are the same."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import orjson
import pytest
from starlette.routing import Route

from clientupdater.entrypoints.http.application import build
from clientupdater.entrypoints.http.documentation import contract_of
from clientupdater.entrypoints.http.endpoints import ENDPOINTS
from tests.support.commands import call

if TYPE_CHECKING:
    from clientupdater.app import App
    from clientupdater.entrypoints.http.contract import Endpoint

CONTRACT = contract_of(ENDPOINTS)


def nothing() -> nullcontext[App]:
    raise AssertionError("nobody serves it here")


def told() -> set[tuple[str, str]]:
    paths = CONTRACT["paths"]
    return {(path, method.upper()) for path, methods in paths.items() for method in methods}


def test_every_route_is_in_the_contract_and_the_contract_holds_no_other() -> None:
    routes = [route for route in build(nothing).routes if isinstance(route, Route)]
    answering = {
        (route.path, method)
        for route in routes
        for method in route.methods or ()
        if method != "HEAD"
    }
    assert answering == told()


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda e: f"{e.method} {e.path}")
def test_what_is_not_public_says_that_one_signs_in(endpoint: Endpoint) -> None:
    paths = CONTRACT["paths"]
    operation = paths[endpoint.address][endpoint.method.lower()]
    assert ("security" in operation) is not endpoint.public
    assert ("401" in operation["responses"]) or endpoint.public


def test_every_operation_has_a_name_of_its_own() -> None:
    paths = CONTRACT["paths"]
    names = [op["operationId"] for methods in paths.values() for op in methods.values()]
    assert sorted(names) == sorted(set(names))


def test_the_command_prints_it() -> None:
    assert orjson.loads(call("openapi").stdout)["paths"].keys() == CONTRACT["paths"].keys()


def test_what_may_be_held_says_that_it_may_be_as_it_was() -> None:
    responses = CONTRACT["paths"]["/api/v1/lookups"]["get"]["responses"]
    assert "304" in responses
