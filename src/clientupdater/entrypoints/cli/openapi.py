"""``clientupdater openapi``."""

from __future__ import annotations

import click

from clientupdater.entrypoints.cli.session import example, print_json


@click.command(epilog=example("clientupdater openapi > openapi.json"))
@click.option("--json", "as_json", is_flag=True, help="Print JSON, which is the default.")
def openapi(*, as_json: bool) -> None:
    """Print the contract of the HTTP interface."""
    from clientupdater.entrypoints.http.documentation import contract_of
    from clientupdater.entrypoints.http.endpoints import ENDPOINTS

    del as_json
    print_json(contract_of(ENDPOINTS))
