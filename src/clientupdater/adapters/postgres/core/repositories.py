"""One PostgreSQL transaction under way, and its repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from attrs import define

from clientupdater.adapters.postgres.audit.audits import PostgresAudits
from clientupdater.adapters.postgres.audit.log import PostgresAuditLog
from clientupdater.adapters.postgres.clients.clients import PostgresClients
from clientupdater.adapters.postgres.clients.officers import PostgresOfficers
from clientupdater.adapters.postgres.clients.pension_numbers import PostgresPensionNumbers
from clientupdater.adapters.postgres.configuration.changes import PostgresConfigurationRows
from clientupdater.adapters.postgres.configuration.configuration import (
    Configuration,
    ConfigurationMemory,
    read_generation,
)
from clientupdater.adapters.postgres.core import row_security
from clientupdater.adapters.postgres.core.transactions import TransactionControl
from clientupdater.adapters.postgres.exports.jobs import PostgresExports
from clientupdater.adapters.postgres.jobs.queue import (
    PostgresJobs,
)
from clientupdater.adapters.postgres.jobs.retention import PostgresRetentionStore
from clientupdater.adapters.postgres.jobs.schedules import PostgresSchedules
from clientupdater.adapters.postgres.organisation.areas import PostgresAreas
from clientupdater.adapters.postgres.organisation.branches import PostgresBranches
from clientupdater.adapters.postgres.organisation.names import PostgresOrganisation
from clientupdater.adapters.postgres.people.accounts import PostgresPeople
from clientupdater.adapters.postgres.people.credentials import PostgresCredentials
from clientupdater.adapters.postgres.people.roles import PostgresRoles
from clientupdater.adapters.postgres.read_models import PostgresReadModels
from clientupdater.adapters.postgres.reports import PostgresReports
from clientupdater.adapters.postgres.reports.counts import PostgresRowCounts
from clientupdater.adapters.postgres.sync.inputs import PostgresSyncInputs
from clientupdater.adapters.postgres.sync.jobs import (
    PostgresSyncJobs,
)
from clientupdater.adapters.postgres.sync.mappings import PostgresSyncMappings
from clientupdater.adapters.postgres.sync.staging import PostgresStaging
from clientupdater.adapters.postgres.tracking.changes import PostgresChangeFeed
from clientupdater.adapters.postgres.tracking.rows import PostgresRows
from clientupdater.adapters.postgres.tracking.seals import PostgresSeals
from clientupdater.adapters.security.vault import required

if TYPE_CHECKING:
    from datetime import tzinfo

    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.adapters.security.vault import Vault
    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.ports.sync import Work


DEFAULT_ZONE = ZoneInfo("Asia/Manila")
"""Where the business's days begin, unless the composition names another zone (P1)."""


@define(eq=False)
class PostgresTransaction:
    """Each repository, over one connection."""

    control: TransactionControl
    memory: ConfigurationMemory
    vault: Vault | None = None
    zone: tzinfo = DEFAULT_ZONE

    @property
    def connection(self) -> Connection:
        return self.control.begun

    def limit_to(self, access_scope: AccessScope) -> None:
        companies = self.settings.companies
        self.control.send(*row_security.changed(self.control, access_scope, companies))

    @property
    def settings(self) -> Configuration:
        """The configuration of this moment; read once for each generation."""
        if known := self.memory.known(self.control.generation):
            return known
        connection = self.connection
        if self.control.generation is None:
            self.control.generation = read_generation(connection)
        return self.memory.at(self.control.generation, connection)

    @property
    def clients(self) -> PostgresClients:
        return PostgresClients(self.control, lambda: self.settings)

    @property
    def officers(self) -> PostgresOfficers:
        return PostgresOfficers(self.connection, self.settings)

    @property
    def rows(self) -> PostgresRows:
        return PostgresRows(self.connection, self.zone, self.settings)

    @property
    def audit(self) -> PostgresAuditLog:
        return PostgresAuditLog(self.connection)

    @property
    def audits(self) -> PostgresAudits:
        return PostgresAudits(self.connection, lambda: self.settings)

    @property
    def read_models(self) -> PostgresReadModels:
        return PostgresReadModels(self.control, self.settings)

    @property
    def reports(self) -> PostgresReports:
        return PostgresReports(self.control, self.settings)

    @property
    def row_counts(self) -> PostgresRowCounts:
        return PostgresRowCounts(self.control, self.settings)

    @property
    def jobs(self) -> PostgresJobs:
        return PostgresJobs(self.connection)

    @property
    def schedules(self) -> PostgresSchedules:
        return PostgresSchedules(self.connection)

    @property
    def retention(self) -> PostgresRetentionStore:
        return PostgresRetentionStore(self.connection)

    @property
    def exports(self) -> PostgresExports:
        return PostgresExports(self.connection)

    @property
    def credentials(self) -> PostgresCredentials:
        return PostgresCredentials(self.connection, self.memory)

    @property
    def people(self) -> PostgresPeople:
        return PostgresPeople(self.connection)

    @property
    def roles(self) -> PostgresRoles:
        return PostgresRoles(self.connection)

    @property
    def organisation(self) -> PostgresOrganisation:
        return PostgresOrganisation(self.connection, lambda: self.settings)

    @property
    def areas(self) -> PostgresAreas:
        return PostgresAreas(self.connection)

    @property
    def branches(self) -> PostgresBranches:
        return PostgresBranches(self.connection)

    @property
    def pension_numbers(self) -> PostgresPensionNumbers:
        """Raises Misconfigured without keys."""
        return PostgresPensionNumbers(self.connection, required(self.vault))

    @property
    def change_feed(self) -> PostgresChangeFeed:
        return PostgresChangeFeed(self.connection, self.settings)

    @property
    def seals(self) -> PostgresSeals:
        return PostgresSeals(self.connection, self.settings)

    @property
    def configuration(self) -> PostgresConfigurationRows:
        return PostgresConfigurationRows(self.connection)

    @property
    def sync_jobs(self) -> PostgresSyncJobs:
        return PostgresSyncJobs(self.connection)

    @property
    def sync_inputs(self) -> PostgresSyncInputs:
        return PostgresSyncInputs(self.connection, self.vault)

    @property
    def sync_mappings(self) -> PostgresSyncMappings:
        return PostgresSyncMappings(self.connection)

    def staging(self, work: Work) -> PostgresStaging:
        """Begin with one run's records; raises Misconfigured without keys."""
        return PostgresStaging.begun(self.connection, required(self.vault), work)
