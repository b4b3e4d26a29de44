"""A book of clients who do not exist, for a demonstration or for measuring.

`fill` puts two companies' areas, branches, staff and clients, with three periods' history, into
a database that is migrated and seeded but holds no clients yet.
"""

from clientupdater.demo_data.accounts import AccountsFile
from clientupdater.demo_data.filling import MadeUpAccount, fill

__all__ = ["AccountsFile", "MadeUpAccount", "fill"]
