"""Reports that one person asks for, one after the other, while something else is measured."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
import psycopg
from attrs import define
from bench.http_world import User
from bench.requests_once import Caller

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.http_world import World
    from bench.processes import Server
    from tests.support.replicas import StreamingReplica

COMPANY = "FCASH"
READER = User(1, number=15)
PAUSE_S = 2.0
OK = 200
RIGHTS = """
insert into user_permissions (user_id, permission_id, scope)
select %(id)s, p.id, 'all' from permissions p
where p.code in ('reports:read', 'status:read', 'clients:read')
on conflict (user_id, permission_id, company_id) do update set scope = 'all'
"""


def let_read(world: World, reader: User) -> None:
    """Give a user the reports of all clients."""
    world.add([reader])
    with psycopg.connect(world.database.superuser_url) as connection:
        connection.execute(RIGHTS, {"id": reader.id})


@define(eq=False)
class Reports:
    """The dashboard and the balance in turn, with a pause between; the replica answers them."""

    caller: Caller
    period: str
    url: str
    replica: StreamingReplica
    answered: int = 0
    failed: int = 0
    _stopping: bool = False

    @property
    def scans(self) -> int:
        """Count the scans that the replica has done."""
        return self.replica.scans(self.url)

    def repeat(self) -> None:
        of = f"company={COMPANY}&period={self.period}"
        paths = (f"/dashboard/summary?{of}", f"/reports/balance?{of}")
        while not self._stopping:
            path = paths[(self.answered + self.failed) % len(paths)]
            try:
                status, _ = self.caller.call("GET", path)
            except OSError:
                status = 0
            if status == OK:
                self.answered += 1
            else:
                self.failed += 1
                click.echo(f"# {path} answered {status}", err=True)
            time.sleep(PAUSE_S)

    def stop(self) -> None:
        self._stopping = True


@contextmanager
def reports_beside(world: World, server: Server, replica: StreamingReplica) -> Iterator[Reports]:
    """Ask for reports in the background; stop unless the replica did the work."""
    let_read(world, READER)
    month, url = world.periods["month"], world.database.superuser_url
    reports = Reports(Caller(server, READER), month, url, replica)
    before = reports.scans
    thread = threading.Thread(target=reports.repeat)
    thread.start()
    try:
        yield reports
    finally:
        reports.stop()
        thread.join()
    if reports.scans == before:
        raise click.ClickException("the replica answered no report")
