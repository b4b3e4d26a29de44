"""How many random examples a test goes through: some in every run, all in `make thorough`."""

from __future__ import annotations

import os

IS_THOROUGH = os.environ.get("CLIENTUPDATER_THOROUGH") == "true"


def some_of(examples: range, few: int) -> range:
    """Take the first examples, or all of them."""
    return examples if IS_THOROUGH else examples[:few]
