"""``clientupdater demo``."""

from __future__ import annotations

import json
import os
import secrets
import shlex
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from clientupdater.entrypoints.cli import supervision
from clientupdater.entrypoints.cli.session import Session, example, note, print_json
from clientupdater.entrypoints.cli.tables import print_table
from clientupdater.runtime.private_files import write_private

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from clientupdater.composition.demo import DemoAccount

_ADMINISTRATOR = "administrator"
_PRINTED = (_ADMINISTRATOR, "branch manager", "telemarketer")
_DECIDED_HERE = frozenset(
    {
        *("DATABASE_URL", "DATABASE_DIRECT_URL", "DATABASE_WORKER_URL", "DATABASE_MIGRATION_URL"),
        *(
            "DATABASE_REPLICA_URL",
            "ENCRYPTION_KEYS",
            "BLIND_INDEX_KEY",
            "EXPORT_DIR",
            "CSV_DROP_DIR",
        ),
    }
)
"""Settings that the demo makes up itself: the environment's could lead to real data."""


@frozen
class Demo:
    """The address and the accounts, as ``demo.json`` holds them for scripts."""

    base_url: str
    pid: int
    accounts: Sequence[DemoAccount]


@click.command(epilog=example("clientupdater demo --port 8123 --clients 500"))
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port to use."
)
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".clientupdater"),
    show_default=True,
    help="The folder that keeps the data.",
)
@click.option(
    "--clients",
    type=click.IntRange(1, 100_000),
    default=5000,
    show_default=True,
    help="How many clients to make up at the first start.",
)
@click.option("--reset", is_flag=True, help="Delete the demo's data and start over.")
@click.option("--json", "as_json", is_flag=True, help="Print address and accounts as JSON.")
@click.pass_obj
def demo(
    session: Session, *, port: int, data_dir: Path, clients: int, reset: bool, as_json: bool
) -> None:
    """Run a complete installation with made-up data.

    Starts its own PostgreSQL, fills it, runs the server and a worker, and prints the accounts to
    sign in with. Ctrl-C stops everything; the next start keeps the data. The settings of the
    environment apply, except for the database, the keys and the folders, which are its own.
    """
    supervision.interrupt_on_stop()
    environ = {n: v for n, v in session.environ.items() if n not in _DECIDED_HERE}
    _refuse_wrong_settings(environ, port)
    try:
        with ExitStack() as stack:
            _run(stack, environ, data_dir.absolute(), port, clients, reset=reset, as_json=as_json)
    except KeyboardInterrupt:
        note("stopped; the data is kept")


def _refuse_wrong_settings(environ: Mapping[str, str], port: int) -> None:
    """Raise before anything starts; a process that ends later only says so in its log."""
    from clientupdater.entrypoints.http.server import listen
    from clientupdater.settings import Settings

    settings = Settings.from_mapping(environ)
    for address in filter(None, [("127.0.0.1", port), settings.metrics_bind]):
        listen(*address).close()


def _run(
    stack: ExitStack,
    environ: Mapping[str, str],
    folder: Path,
    port: int,
    clients: int,
    *,
    reset: bool,
    as_json: bool,
) -> None:
    from clientupdater.composition.demo import demo_settings, fill_demo, open_demo_database
    from clientupdater.entrypoints.wire import to_readable_json
    from clientupdater.settings import Settings

    note("starting the database …")
    database = stack.enter_context(open_demo_database(folder / "postgres", reset=reset))
    note("filling it with made-up clients, if it is empty …")
    settings = demo_settings(database, folder)
    environ = {**environ, **settings}
    accounts = fill_demo(Settings.from_mapping(environ), database, folder, clients=clients)
    result = Demo(f"http://127.0.0.1:{port}", os.getpid(), accounts)
    stack.enter_context(_written(folder / "demo.json", to_readable_json(result)))
    stack.enter_context(_written(folder / "demo.env", _as_shell(settings, accounts)))
    children = _start(stack, environ, folder, port)
    _print(result, folder, as_json=as_json)
    supervision.watch(children, database.is_running)


def _start(
    stack: ExitStack, environ: Mapping[str, str], folder: Path, port: int
) -> list[supervision.Child]:
    note("starting the server and the worker …")
    serve = ["serve", "--port", str(port), "--drain-seconds", "0"]
    # Two processes cannot listen at one METRICS_BIND: the server has it.
    of_worker = {name: value for name, value in environ.items() if name != "METRICS_BIND"}
    children = [
        stack.enter_context(supervision.running(name, argv, values, folder / f"{name}.log"))
        for name, argv, values in (("worker", ["worker"], of_worker), ("server", serve, environ))
    ]
    supervision.wait_until_ready(port, children)
    return children


@contextmanager
def _written(path: Path, text: str) -> Iterator[None]:
    """Keep a file for scripts while the demo runs; it holds secrets, so only its owner reads it."""
    write_private(path, text)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _as_shell(settings: Mapping[str, str], accounts: Sequence[DemoAccount]) -> str:
    """Write the settings with which a shell's commands work on the demo, as its administrator."""
    actor = next(account.email for account in accounts if account.role == _ADMINISTRATOR)
    values = {**settings, "CLIENTUPDATER_ACTOR": actor}
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())


def _print(result: Demo, folder: Path, *, as_json: bool) -> None:
    if as_json:
        print_json(result)
        return
    click.secho(f"\nOpen the console at {result.base_url}/console", bold=True)
    click.echo(f"The HTTP interface is described at {result.base_url}/api/docs\n")
    rows = [_row(account) for account in result.accounts if account.role in _PRINTED]
    print_table(("email", "password", "name", "role", "company"), rows)
    click.echo(f"\nEvery account, as JSON: {folder / 'demo.json'}\n")
    click.echo("Try:")
    for call in _calls(result):
        click.echo(f"  {call}")
    click.echo("\nFor commands in another terminal, as the administrator, run there first:")
    click.echo(f"  set -a; . {shlex.quote(str(folder / 'demo.env'))}; set +a")
    click.echo("\nCtrl-C stops it; the next start keeps the data (--reset starts over).")


def _row(account: DemoAccount) -> tuple[str, ...]:
    company = account.company or "all"
    return account.email, account.password, account.name, account.role, company


def _calls(result: Demo) -> list[str]:
    """Write three calls to copy: sign in as the telemarketer, read the worklist, record a call."""
    from clientupdater.entrypoints.wire import to_json

    account = next(each for each in result.accounts if each.role == "telemarketer")
    api, headers = f"{result.base_url}/api/v1", "-H 'Content-Type: application/json'"
    proof = {"email": account.email, "password": account.password}
    signed = '-H "Authorization: Bearer $TOKEN"'
    extract = """sed 's/.*"token":"\\([^"]*\\)".*/\\1/'"""
    once = f"-H 'Idempotency-Key: {secrets.token_hex(4)}'"
    row, version = _next_row(api, proof)
    update = to_json({"status": "CALLED", "remarks": "Comes on Friday", "version": version})
    return [
        f"TOKEN=$(curl -s {api}/sessions {headers} -d '{to_json(proof).decode()}' | {extract})",
        f'curl -s "{api}/worklist?limit=2" {signed}',
        f"curl -s {api}/{row}/events {signed} {headers} {once} -d '{update.decode()}'",
    ]


def _next_row(api: str, proof: dict[str, str]) -> tuple[str, int]:
    """Find the first row of this person's worklist, over HTTP as they would.

    The worklist may be empty, or the password changed: then the call shows placeholders.
    """
    try:
        token = _call(f"{api}/sessions", body=proof)["token"]
        (item,) = _call(f"{api}/worklist?limit=1", token=token)["items"]
    except (OSError, ValueError):
        return "clients/code:CLIENT/periods/PERIOD", 0
    row = f"clients/code:{item['client']['client_code']}/periods/{item['snapshot']['period']}"
    return row, item["snapshot"]["version"]


def _call(url: str, *, body: object = None, token: str = "") -> Any:
    from clientupdater.entrypoints.wire import to_json

    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else to_json(body)
    request = urllib.request.Request(url, data, headers)  # noqa: S310 - our own server
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
        return json.load(response)
