"""How tests are spread over the processes of a run: what a file sets up is set up once.

Each file goes to one process, since to fill a database or to install takes longer than most tests.
All of `tests/operations` share one installation.
"""

from __future__ import annotations

from xdist.scheduler import LoadFileScheduling

_TOGETHER = "tests/operations/"


class ByFile(LoadFileScheduling):  # type: ignore[misc] # xdist has no types
    def _split_scope(self, nodeid: str) -> str:
        return _TOGETHER if nodeid.startswith(_TOGETHER) else nodeid.partition("::")[0]
