"""``python -m clientupdater.entrypoints.cli``: as the installed command, wherever that lies."""

from __future__ import annotations

import sys

from clientupdater.entrypoints.cli.command import main

sys.exit(main())
