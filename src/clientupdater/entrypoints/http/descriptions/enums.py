"""What the values mean that a member chooses from: each set is a schema with a name of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.contacts import Settlement
from clientupdater.domain.events import Channel, EventKind, ExemptCause
from clientupdater.domain.exports import ExportFormat, ExportType
from clientupdater.domain.imports import Verdict
from clientupdater.domain.jobs import JobStatus
from clientupdater.domain.periods import Cycle
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.domain.seals import Side
from clientupdater.domain.settings_values import ValueType
from clientupdater.domain.sync.fields import Source
from clientupdater.domain.sync.jobs import Mode
from clientupdater.domain.worklist import Cause
from clientupdater.ports.client_filter import Recorded
from clientupdater.ports.lists import ClientSort, WorklistOrder
from clientupdater.ports.staff_reports import SignalKind, StaffBy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import Enum


@frozen
class Choice:
    """How a set of values is named and described."""

    name: str
    text: str


CHOICES: Mapping[type[Enum] | type[Source], Choice] = {
    Cause: Choice("WorklistCause", "Why an item has its place in the worklist."),
    Channel: Choice("Channel", "How the client was reached."),
    ClientSort: Choice(
        "ClientSort",
        "How a list of clients is sorted: by name, code, latest change, highest amount past due,"
        " or earliest follow-up.",
    ),
    Cycle: Choice("PeriodType", "Whether a period is a month or a quarter."),
    EventKind: Choice("EventKind", "What can happen to a client in a period."),
    ExemptCause: Choice("ExemptCause", "Why a client is exempt in a period."),
    ExportFormat: Choice("ExportFormat", "The format of an export's file."),
    ExportType: Choice("ExportType", "What an export holds."),
    JobStatus: Choice(
        "JobStatus", "The state of a job. A dead job failed too often; it can be retried."
    ),
    Mode: Choice("SyncMode", "Whether a sync job only plans (`preview`) or also changes clients."),
    Permission: Choice("Permission", "What a user may do."),
    Recorded: Choice(
        "RecordedKind",
        "Which records of a person count: all updates that are not voided, or those of one kind.",
    ),
    SignalKind: Choice("SignalKind", "What a signal points at. It is never a verdict."),
    StaffBy: Choice("StaffReportBy", "The time that a row of the staff report covers."),
    Scope: Choice(
        "Scope",
        "Which clients a grant reaches: those assigned to the user, those of the user's branches,"
        " those of the user's areas, or all.",
    ),
    ValueType: Choice("SettingType", "How the text of a setting is read."),
    Settlement: Choice("ContactDecision", "Which contact numbers win a conflict."),
    Source: Choice(
        "SyncSource",
        "A system that clients are read from: one of ours, or one that this installation adds.",
    ),
    Verdict: Choice(
        "ImportVerdict",
        "What taking a line does. `unchanged`: all of it is there. `refused`: see the faults.",
    ),
    Side: Choice("ProofSide", "On which side of a path a hash stands."),
    WorklistOrder: Choice("WorklistOrder", "How the worklist is sorted: by urgency, or by name."),
}
