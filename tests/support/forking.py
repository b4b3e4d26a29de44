"""Where servers and workers of tests are forked: from one parent, which has imported all of both.

There is one parent for each process that runs tests, and its last list of imports counts. So there
is one list.
"""

from __future__ import annotations

import multiprocessing

forking = multiprocessing.get_context("forkserver")
forking.set_forkserver_preload(["tests.support.forked_servers", "tests.support.worker_processes"])
