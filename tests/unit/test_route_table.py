"""Which route a path leads to."""

from __future__ import annotations

import re

import pytest
from starlette.routing import Match, Route

from clientupdater.entrypoints.http.endpoints import ENDPOINTS
from clientupdater.entrypoints.http.route_table import RouteTable


def routes(*paths: str) -> list[Route]:
    return [Route(path, lambda _: None) for path in paths]


def found(table: RouteTable, path: str, root_path: str = "") -> tuple[str, dict[str, str]] | None:
    scope = {"type": "http", "method": "GET", "path": path, "root_path": root_path}
    match, child = table.matches(scope)
    return (child["route"].path, child["path_params"]) if match is Match.FULL else None


OURS = RouteTable(routes(*dict.fromkeys(each.address for each in ENDPOINTS)))


@pytest.mark.parametrize("route", OURS.routes, ids=lambda route: route.path)
def test_every_address_of_ours_leads_to_its_own_route(route: Route) -> None:
    path = re.sub(r"{(\w+)}", r"a-\1", route.path)
    values = {name: f"a-{name}" for name in route.param_convertors}
    assert found(OURS, path) == (route.path, values)
    for other in (f"{path}/", f"{path}/x/y/z", f"/{path}", path[1:], f"{path}\n/"):
        assert found(OURS, other) is None


def test_a_name_goes_before_a_parameter_whatever_comes_first() -> None:
    for paths in (("/a/{id}", "/a/search"), ("/a/search", "/a/{id}")):
        table = RouteTable(routes(*paths))
        assert found(table, "/a/search") == ("/a/search", {})
        assert found(table, "/a/other") == ("/a/{id}", {"id": "other"})


def test_a_name_that_leads_nowhere_is_taken_for_a_parameter() -> None:
    table = RouteTable(routes("/a/{id}/{part}/x", "/a/search/y"))
    assert found(table, "/a/search/b/x") == ("/a/{id}/{part}/x", {"id": "search", "part": "b"})
    assert found(table, "/a/search/y") == ("/a/search/y", {})
    table = RouteTable(routes("/search/{part}/x", "/{id}/{part}/y"))
    assert found(table, "/search/b/y") == ("/{id}/{part}/y", {"id": "search", "part": "b"})


def test_parameters_of_two_routes_may_have_different_names_in_one_place() -> None:
    table = RouteTable(routes("/a/{client}/x", "/a/{person}/y"))
    assert found(table, "/a/1/x") == ("/a/{client}/x", {"client": "1"})
    assert found(table, "/a/1/y") == ("/a/{person}/y", {"person": "1"})


@pytest.mark.parametrize("path", ["", "/", "*", "//", "/a", "/a/", "/a//", "/a/1/2", "a/1"])
def test_other_paths_lead_nowhere(path: str) -> None:
    assert found(RouteTable(routes("/a/{id}")), path) is None


def test_the_path_of_a_mounted_application_begins_behind_its_mount() -> None:
    table = RouteTable(routes("/a/{id}"))
    assert found(table, "/book/a/1", root_path="/book") == ("/a/{id}", {"id": "1"})
