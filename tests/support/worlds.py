"""How many random worlds a test goes through: a few in every run, all of them in `make worlds`."""

from __future__ import annotations

import os

ARE_ALL = os.environ.get("CLIENTUPDATER_ALL_WORLDS") == "true"


def some_of(seeds: range, few: int) -> range:
    """Take the first seeds, or all of them."""
    return seeds if ARE_ALL else seeds[:few]
