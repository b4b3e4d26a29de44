"""The threads that work for the event loop."""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING

import pytest

from clientupdater.entrypoints.http.middleware.admission import WorkerThreads

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import NoReturn

SETTING: ContextVar[str] = ContextVar("setting", default="none")


def with_threads(count: int, test: Callable[[WorkerThreads], Awaitable[None]]) -> None:
    async def main() -> None:
        with WorkerThreads(count) as threads:
            await asyncio.wait_for(test(threads), 20)

    asyncio.run(main())


def test_work_has_the_context_of_its_caller_and_does_not_change_it() -> None:
    def change(value: str) -> tuple[str, bool]:
        before = SETTING.get()
        SETTING.set(value)
        return before, threading.current_thread() is threading.main_thread()

    async def test(threads: WorkerThreads) -> None:
        SETTING.set("caller")
        assert await threads.run(change, "work") == ("caller", False)
        assert await threads.run(change, "work") == ("caller", False)
        assert SETTING.get() == "caller"

    with_threads(1, test)


@pytest.mark.parametrize("error", [ValueError("a"), KeyboardInterrupt()])
def test_an_error_of_the_work_reaches_its_caller(error: BaseException) -> None:
    def fail() -> NoReturn:
        raise error

    async def test(threads: WorkerThreads) -> None:
        with pytest.raises(type(error)) as raised:
            await threads.run(fail)
        assert raised.value is error
        assert await threads.run(int, "7") == 7

    with_threads(1, test)


def test_an_end_of_iteration_does_not_leave_the_caller_waiting() -> None:
    async def test(threads: WorkerThreads) -> None:
        with pytest.raises(RuntimeError):
            await threads.run(next, iter(()))

    with_threads(1, test)


def test_no_more_calls_run_at_once_than_there_are_threads() -> None:
    both_run, go_on, third_ran = threading.Barrier(3), threading.Event(), threading.Event()

    def wait() -> None:
        both_run.wait(20)
        go_on.wait(20)

    async def test(threads: WorkerThreads) -> None:
        calls = [asyncio.create_task(threads.run(wait)) for _ in range(2)]
        await asyncio.to_thread(both_run.wait, 20)
        calls.append(asyncio.create_task(threads.run(third_ran.set)))
        await asyncio.sleep(0.05)
        assert not third_ran.is_set()
        go_on.set()
        await asyncio.gather(*calls)
        assert third_ran.is_set()

    with_threads(2, test)


def test_a_caller_that_gives_up_leaves_the_thread_to_the_next() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        go_on.wait(20)

    async def test(threads: WorkerThreads) -> None:
        errors: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, error: errors.append(error))
        call = asyncio.create_task(threads.run(wait))
        await asyncio.to_thread(begun.wait, 20)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        go_on.set()
        assert await threads.run(int, "7") == 7
        assert not errors

    with_threads(1, test)


def test_the_threads_end_with_the_server() -> None:
    before = threading.active_count()

    async def test(threads: WorkerThreads) -> None:
        await threads.run(int)
        assert threading.active_count() > before

    with_threads(3, test)
    for thread in threading.enumerate():
        if thread.name.startswith("request-"):
            thread.join(20)
            assert not thread.is_alive()
