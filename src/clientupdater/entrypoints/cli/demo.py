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
from clientupdater.entrypoints.cli.session import Session, example, note, print_json, print_table
from clientupdater.runtime.private_files import write_private

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from clientupdater.composition.demo import DemoAccount

_ADMINISTRATOR = "administrator"
_PRINTED = (_ADMINISTRATOR, "branch manager", "telemarketer")
_OF_ITS_OWN = ("DATABASE_URL", "ENCRYPTION_KEYS", "BLIND_INDEX_KEY", "EXPORT_DIR", "CSV_DROP_DIR")
_PASSED_ON = (
    *("PATH", "HOME", "TMPDIR", "LANG", "PYTHONPATH", "LOG_LEVEL", "BUSINESS_TIMEZONE"),
    *_OF_ITS_OWN,
)


@frozen
class Demo:
    """What there is to try: also written to ``demo.json`` for scripts."""

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
    help="Where the data is kept.",
)
@click.option(
    "--clients",
    type=click.IntRange(1, 100_000),
    default=5000,
    show_default=True,
    help="How many clients to make up at the first start.",
)
@click.option("--reset", is_flag=True, help="Start over: throw the demo's data away.")
@click.option("--json", "as_json", is_flag=True, help="Print address and accounts as JSON.")
@click.pass_obj
def demo(
    session: Session, *, port: int, data_dir: Path, clients: int, reset: bool, as_json: bool
) -> None:
    """Everything in one, with made-up data, to try it.

    Brings a PostgreSQL along, fills it, runs the server and a worker, and prints who can sign in.
    Ctrl-C stops it all; the next start keeps the data.
    """
    supervision.interrupt_on_stop()
    _refuse_what_cannot_work(session, port)
    try:
        with ExitStack() as stack:
            _run(stack, session, data_dir.absolute(), port, clients, reset=reset, as_json=as_json)
    except KeyboardInterrupt:
        note("stopped; the data is kept")


def _refuse_what_cannot_work(session: Session, port: int) -> None:
    """Say what is wrong before the work begins."""
    from clientupdater.entrypoints.http.server import listen
    from clientupdater.settings import Settings

    Settings.from_mapping({n: v for n, v in session.environ.items() if n not in _OF_ITS_OWN})
    listen("127.0.0.1", port).close()


def _run(
    stack: ExitStack,
    session: Session,
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
    environ = {**session.environ, **settings}
    accounts = fill_demo(Settings.from_mapping(environ), database, folder, clients=clients)
    result = Demo(f"http://127.0.0.1:{port}", os.getpid(), accounts)
    children = _start(stack, environ, folder, port)
    stack.enter_context(_written(folder / "demo.json", to_readable_json(result)))
    stack.enter_context(_written(folder / "demo.env", _as_shell(settings, accounts)))
    _print(result, folder, as_json=as_json)
    supervision.watch(children, database.is_running)


def _start(
    stack: ExitStack, environ: Mapping[str, str], folder: Path, port: int
) -> list[supervision.Child]:
    note("starting the server and the worker …")
    passed = {name: environ[name] for name in _PASSED_ON if name in environ}
    serve = ["serve", "--port", str(port), "--drain-seconds", "0"]
    commands = {"worker": ["worker"], "server": serve}
    children = [
        stack.enter_context(supervision.running(name, argv, passed, folder / f"{name}.log"))
        for name, argv in commands.items()
    ]
    supervision.wait_until_ready(port, children)
    return children


@contextmanager
def _written(path: Path, text: str) -> Iterator[None]:
    """Leave a note for scripts while the demo runs; it holds secrets, so it is ours alone."""
    write_private(path, text)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _as_shell(settings: Mapping[str, str], accounts: Sequence[DemoAccount]) -> str:
    """Write what a shell needs for commands to work on the demo, as its administrator."""
    actor = next(account.email for account in accounts if account.role == _ADMINISTRATOR)
    values = {**settings, "CLIENTUPDATER_ACTOR": actor}
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())


def _print(result: Demo, folder: Path, *, as_json: bool) -> None:
    if as_json:
        print_json(result)
        return
    click.secho(f"\nThe demo runs at {result.base_url}/", bold=True)
    click.echo(f"What it can do, to read and look up: {result.base_url}/api/docs\n")
    rows = [_row(account) for account in result.accounts if account.role in _PRINTED]
    print_table(("email", "password", "name", "role", "company"), rows)
    click.echo(f"\nMore of them, and the same for scripts: {folder / 'demo.json'}\n")
    click.echo("Try:")
    for call in _calls(result):
        click.echo(f"  {call}")
    click.echo("\nCommands of another terminal work on it as the administrator, after:")
    click.echo(f"  set -a; . {shlex.quote(str(folder / 'demo.env'))}; set +a")
    click.echo("\nCtrl-C stops it; the next start keeps the data (--reset starts over).")


def _row(account: DemoAccount) -> tuple[str, ...]:
    company = account.company or "every one"
    return account.email, account.password, account.name, account.role, company


def _calls(result: Demo) -> list[str]:
    """Three calls to copy: sign in as the telemarketer, ask what to do next, record a call."""
    from clientupdater.entrypoints.wire import to_json

    who = next(account for account in result.accounts if account.role == "telemarketer")
    api, heads = f"{result.base_url}/api/v1", "-H 'Content-Type: application/json'"
    proof = {"email": who.email, "password": who.password}
    signed = '-H "Authorization: Bearer $TOKEN"'
    cut_out = """sed 's/.*"token":"\\([^"]*\\)".*/\\1/'"""
    once = f"-H 'Idempotency-Key: {secrets.token_hex(4)}'"
    row, version = _next_row(api, proof)
    update = to_json({"status": "CALLED", "remarks": "Comes on Friday", "version": version})
    return [
        f"TOKEN=$(curl -s {api}/sessions {heads} -d '{to_json(proof).decode()}' | {cut_out})",
        f'curl -s "{api}/worklist?limit=2" {signed}',
        f"curl -s {api}/{row}/events {signed} {heads} {once} -d '{update.decode()}'",
    ]


def _next_row(api: str, proof: dict[str, str]) -> tuple[str, int]:
    """Find the row that this person should work on next, by asking as they would.

    Nobody may be left to call, or the password may have been changed since: then the call shows
    what to fill in.
    """
    try:
        token = _asked(f"{api}/sessions", body=proof)["token"]
        (item,) = _asked(f"{api}/worklist?limit=1", token=token)["items"]
    except (OSError, ValueError):
        return "clients/code:CLIENT/periods/PERIOD", 0
    row = f"clients/code:{item['client']['client_code']}/periods/{item['snapshot']['period']}"
    return row, item["snapshot"]["version"]


def _asked(url: str, *, body: object = None, token: str = "") -> Any:
    from clientupdater.entrypoints.wire import to_json

    heads = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    if not token:
        del heads["Authorization"]
    data = None if body is None else to_json(body)
    request = urllib.request.Request(url, data, heads)  # noqa: S310 - our own server
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return json.load(answer)
