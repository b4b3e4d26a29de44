"""Who and what: identities that cannot be mixed up, because the type checker tells them apart."""

from __future__ import annotations

from typing import NewType
from uuid import UUID

ClientId = NewType("ClientId", UUID)
CompanyId = NewType("CompanyId", UUID)
BranchId = NewType("BranchId", UUID)
AreaId = NewType("AreaId", UUID)
PersonId = NewType("PersonId", UUID)
JobId = NewType("JobId", int)
SyncJobId = NewType("SyncJobId", UUID)
