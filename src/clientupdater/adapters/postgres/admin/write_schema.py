"""Write sql/schema.sql anew: python -m clientupdater.adapters.postgres.admin.write_schema URL."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.adapters.postgres.admin.schema_snapshot import rendered, taken
from clientupdater.adapters.postgres.admin.sql_files import bundled
from clientupdater.adapters.postgres.core.connect import connected

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Migrate the given, empty database and write its schema into the checkout."""
    (url,) = arguments
    PostgresMaintenance(url).migrate()
    with connected(url) as connection:
        bundled().snapshot_path.write_text(rendered(taken(connection)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
