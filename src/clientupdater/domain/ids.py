"""Identities, as types of their own, so that the type checker catches a mix-up."""

from __future__ import annotations

from typing import NewType, TypeAlias
from uuid import UUID

ClientId = NewType("ClientId", UUID)
CompanyId = NewType("CompanyId", UUID)
BranchId = NewType("BranchId", UUID)
AreaId = NewType("AreaId", UUID)
PersonId = NewType("PersonId", UUID)
JobId = NewType("JobId", int)
SyncJobId = NewType("SyncJobId", UUID)
OptionId = NewType("OptionId", UUID)
ChangeId = NewType("ChangeId", UUID)

ClientRef: TypeAlias = ClientId | str
"""A client by identity, or by its client code."""
