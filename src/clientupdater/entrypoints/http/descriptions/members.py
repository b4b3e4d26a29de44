"""What each member of a shape and each parameter means, with an example: one entry for a name.

A member means the same wherever it appears, so its shape only names it. Where a shape means
something of its own, it says so itself: `Annotated[str, About("…", "an example")]`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

UNSET: Any = object()
"""No example of its own: one is made from the type. Null is an example."""
UUID_EXAMPLE = "0190f3c2-7d1e-7a44-9c3b-5b0e6f1d2a10"


@frozen(eq=False)
class About:
    """What a member means."""

    text: str
    example: Any = UNSET


_CLIENTS = {
    "account_type": About("How the client receives the pension: a code of the lookup.", "ATM"),
    "address": About("The client's home address.", "12 Mabini St, Quezon City"),
    "birth_date": About("The client's date of birth.", "1957-03-14"),
    "client": About("The client: an id, or `code:` and a client code.", "code:FC-000123"),
    "client_code": About(
        "The client's code, as the company and its branches know it.", "FC-000123"
    ),
    "client_id": About("The client's id."),
    "clients": About("The clients: ids, or `code:` and a client code.", ["code:FC-000123"]),
    "company": About("The company's code.", "FCASH"),
    "contact_conflict": About(
        "Contact numbers from a source that differ from a correction by staff; null: none.", None
    ),
    "contact_number": About("The first contact number.", "+639171234567"),
    "contact_number_alt": About("The second contact number.", None),
    "current": About(
        "The client's snapshot in the running period; null without `status:read`, or if none is"
        " due."
    ),
    "full_name": About("The client's full name.", "Juana Reyes"),
    "is_active": About("False: no longer in use. It stays where it was used before.", example=True),
    "is_trackable": About("Whether the client is tracked at present.", example=True),
    "last_synced_at": About("When a sync last read the client from its source."),
    "loan_status": About("The loan's status, as the source names it.", "ACTIVE"),
    "par_status": About("The portfolio-at-risk bracket: a code of the lookup.", "PAR_30"),
    "past_due_amount": About("The amount past due, in pesos.", "1500.00"),
    "pension_number": About("The pension number in full: letters and digits.", "0123456789"),
    "pension_number_masked": About("The pension number, masked except its end.", "••••••6789"),
    "pension_type": About("The kind of pension: a code of the lookup.", "SSS"),
    "pensioner_type": About("The kind of pensioner: a code of the lookup.", "RETIREE"),
    "product": About("The loan product: a code of the lookup.", "FCASH_SSS"),
    "sync_source": About("The source that the client last came from.", "snowflake"),
}
_TRACKING = {
    "as_of": About("A past moment: the answer is what had been recorded by then."),
    "assigned_to": About("The officer that the client is assigned to; null: nobody."),
    "atomic": About("True: all items succeed, or none is recorded.", example=False),
    "branch": About("The branch: its code, or as a path its id or `code:` and its code.", "QC01"),
    "by": About("The person that did it; null: the system."),
    "cause": About("Why the item has its place in the worklist.", "follow_up_due"),
    "channel": About("How the client was reached.", "call"),
    "event": About("The event that was recorded."),
    "exempt": About("Why the client is exempt in this period; null: not exempt.", None),
    "finished_at": About("When it finished."),
    "first_day": About("The first day of the period.", "2026-11-01"),
    "has_payment": About("Whether the client made a payment in the period.", example=False),
    "is_terminal": About("Whether tracking has ended for good.", example=False),
    "kind": About("What kind of event it is.", "recorded"),
    "last_day": About("The last day of the period.", "2026-11-30"),
    "next_follow_up_on": About("The day to contact the client again; null: none.", "2026-11-27"),
    "occurred_at": About("When it happened. Left out: now."),
    "period": About("A month (`2026-11`) or a quarter (`2026-Q4`).", "2026-11"),
    "period_type": About("Whether the period is a month or a quarter.", "monthly"),
    "promised_amount": About("The amount that the client promised to pay.", None),
    "promised_on": About("The day by which the client promised to pay; null: no promise.", None),
    "reason": About("The reason: a code under the status. Some statuses require one.", None),
    "recorded_at": About("When it was recorded here."),
    "remarks": About("Free text by the person that records it.", "Asked to call back on Friday."),
    "rows": About("How many snapshots were added; 0: none was missing.", 412),
    "sequence": About("The event's number within its period, from 0 on.", 1),
    "snapshot": About("The client's status in the period."),
    "started_at": About("When it started."),
    "status": About("The status: a code of the lookup `statuses`.", "CALLED"),
    "update_count": About("How many updates were recorded in the period.", 1),
    "updated_at": About("When it last changed."),
    "updated_by": About("The person that last changed it; null: the system."),
    "version": About(
        "The version. Send the one that you read; a change since then is a conflict.", 3
    ),
    "voided_by": About("The number of the event that voids this one; null: none.", None),
    "voids": About("The number of the event that this one voids; null: none.", None),
}
_LISTS = {
    "active": About("True: only active ones. False: only inactive ones.", example=True),
    "all": About("True: inactive entries too, which needs `config:read`.", example=False),
    "area": About("The area: its code, or as a path its id or `code:` and its code.", "NCR"),
    "branch_then": About("The branch that the client belonged to in the period: its code.", "QC01"),
    "cursor": About("The `next_cursor` of the page before. Left out: the first page.", UNSET),
    "filters": About("Which clients the export holds. Left out: all that you may see."),
    "follow_up_before": About("Only clients whose next follow-up is before this day."),
    "has_more": About("Whether another page follows.", example=False),
    "items": About("The items, in order."),
    "limit": About("How many items a page may hold.", 50),
    "next_cursor": About("The cursor of the next page; null on the last page.", None),
    "order": About("The order of the worklist. Left out: the order that the business set."),
    "past_due_from": About("Only clients that owe at least this amount.", "1000.00"),
    "past_due_to": About("Only clients that owe at most this amount.", "50000.00"),
    "q": About(
        "A name (beginnings of its words), client code, contact number, or whole pension number.",
        "rey juan",
    ),
    "sort": About("The order of the list.", "name"),
    "terminal": About("True: only clients whose status in the period is terminal.", example=False),
    "touched": About("False: only clients without an update in the period.", example=False),
    "untouched_days": About("Only clients without an update for this many days.", 7),
}
_LOOKUPS = {
    "account_types": About("Ways to receive the pension."),
    "code": About("The code, as it is sent and stored.", "CALLED"),
    "companies": About("Companies of the clients that you may see."),
    "facts": About(
        "Further facts, by name; they differ from lookup to lookup.", {"is_terminal": False}
    ),
    "is_system": About("True: built in, so it cannot be removed.", example=True),
    "loan_statuses": About("Loan statuses, as the sources name them.", ["ACTIVE"]),
    "name": About("The name, for people to read.", "Called"),
    "officers": About("Staff that clients are assigned to."),
    "par_statuses": About("Portfolio-at-risk brackets."),
    "pension_types": About("Kinds of pension."),
    "pensioner_types": About("Kinds of pensioner."),
    "products": About("Loan products."),
    "reasons": About("The reasons under the status."),
    "sort_order": About("The place among its siblings; the lowest comes first.", 3),
    "statuses": About("Statuses; empty without `status:read`."),
}
_PEOPLE = {
    "explanation": About("The reason, for people to read.", "Grant of FCASH, scope branch."),
    "allowed": About("Whether the user may do it.", example=True),
    "areas": About("Areas of the territory, by code.", ["NCR"]),
    "branches": About("Branches of the territory, by code.", ["QC01"]),
    "contact": About("The contact's id.", UUID_EXAMPLE),
    "clerk_id": About("The user's id at the identity provider; null removes it.", "user_2aBcD"),
    "current_password": About("The password that is valid now.", "a long old passphrase"),
    "email": About("The email address that the user signs in with.", "ana@example.com"),
    "expires_at": About("When it expires."),
    "first_name": About("The first name.", "Ana"),
    "granted_at": About("When the permission was granted."),
    "grants": About("The permissions that the user holds."),
    "id": About("The id."),
    "hand_over": About("The hand-over's id."),
    "idle_seconds": About("The session ends after this many seconds without a request.", 1800),
    "initial_password": About(
        "The first password, shown once; null when the answer is replayed.", "river-lamp-9-stone"
    ),
    "initial_password_expires_at": About("When the first password expires."),
    "ip_address": About("The address that it came from.", "203.0.113.7"),
    "is_current": About("Whether this session made the request.", example=True),
    "last_login_at": About("When the user last signed in; null: never."),
    "last_name": About("The last name.", "Cruz"),
    "last_seen_at": About("When the session was last used."),
    "locked_until": About("Until when sign-in is locked; null: not locked.", None),
    "must_change_password": About("True: change it before any other request.", example=False),
    "new_password": About("The password to set.", "a long new passphrase"),
    "officer": About("The officer's id; null: assigned to nobody."),
    "password": About("The password.", "a long passphrase"),
    "permission": About("The permission.", "clients:read"),
    "role": About("The role's code.", "telemarketer"),
    "scope": About("Which clients a grant reaches.", "branch"),
    "session": About("The session's id."),
    "stand_in": About("The stand-in's id."),
    "token": About("The token, shown once.", "cu_s_3q2-7w"),
    "user": About("The user."),
    "user_agent": About("The program that it came from.", "Mozilla/5.0"),
}
_WORK = {
    "arguments": About("The arguments that the job runs with.", {}),
    "attempts": About("How many times a worker has started it.", 1),
    "asked_by": About("The person that started it; null: the system."),
    "columns": About("The columns, in order. Left out: all of them.", ["client_code", "full_name"]),
    "completed_at": About("When it ended; null: not yet."),
    "created_at": About("When it was created."),
    "cron_expression": About("When it runs: a cron expression of five fields.", "0 5 * * *"),
    "done": About("How many items are done.", 120),
    "error": About("What went wrong; null: nothing.", None),
    "export": About("The export's id."),
    "file": About("The path to download the file from; null: not there yet, or expired.", None),
    "file_size": About("The size of the file in bytes; null: not written yet.", None),
    "format": About("The format of the file.", "csv"),
    "index": About("The item's place in the request, from 0 on.", 0),
    "job": About("The job's number.", 4711),
    "key": About("Only one unfinished job may hold this key; null: no limit.", None),
    "last_run_at": About("When it last ran; null: never."),
    "max_attempts": About("After this many failed attempts the job is dead.", 5),
    "next_run_at": About("When it runs next; null: it is switched off."),
    "priority": About("Of two jobs that wait, the higher one runs first.", 0),
    "progress": About("How far it is; null: it has not said."),
    "queue": About("The queue.", "default"),
    "request_id": About("The request that it came from; null: from none.", "b2f1c9de-77aa"),
    "results": About("What happened to each item, in the order of the request."),
    "row_count": About("How many rows the file holds; null: not written yet.", None),
    "schedule": About("The schedule's name.", "open-periods"),
    "scheduled_at": About("The earliest moment at which a worker may start it."),
    "step": About("The step that it is at.", "writing"),
    "time_zone": About("The time zone of the schedule; null: the time zone of the business.", None),
    "total": About("How many items there are; null: not known yet.", 412),
    "type": About("What the file holds.", "clients"),
}
_SYNC = {
    "after": About("The value after the run.", "+639171234567"),
    "before": About("The value before the run.", None),
    "changed_at": About("When it changed."),
    "column": About("The column of the source.", "MOBILE"),
    "consequences": About("How many clients each consequence affects, by name.", {"opened": 3}),
    "counts": About("What happened to the records."),
    "created": About("Clients that are new.", 3),
    "created_by": About("The id of the user that started it; null: a schedule did.", None),
    "data": About(
        "What the notice is about: `code` is the client's code at NextBank; a payment adds"
        " `posted_on`.",
        {"code": "FC-000123", "posted_on": "2026-11-20"},
    ),
    "decision": About("Which numbers to keep.", "keep_ours"),
    "delivery": About("The id of the delivery, from `webhook-id`.", "msg_2f9c"),
    "examples": About("Some clients of each kind of change."),
    "field": About("The field of the client.", "contact_number"),
    "fields": About("The fields that this settles. Left out: every conflict.", ["contact_number"]),
    "full": About("False: read only what changed since the last run.", example=True),
    "hash": About("A hash of the plan; send it to approve exactly this plan.", "9f" * 32),
    "held_for": About("Companies for which the plan deactivates more clients than allowed.", []),
    "message": About("What is wrong, for people to read.", "is not a date"),
    "missing": About("Clients missing from the source for the first time.", 0),
    "mode": About("`preview` changes nothing; `apply` does.", "preview"),
    "new_value": About("The value after the change; pension numbers are masked.", "+639171234567"),
    "old_value": About("The value before the change; pension numbers are masked.", None),
    "owns": About("Whether this source may overwrite the field of a known client.", example=True),
    "plan_hash": About("The hash of the plan; null: there is no plan yet.", "9f" * 32),
    "reappeared": About("Clients that were inactive and came back.", 0),
    "received": About("Records that the source sent.", 412),
    "records": About("Records that the step has handled.", 412),
    "rejected": About("Records that could not be read.", 1),
    "rejects_by_reason": About("Rejected rows, by reason.", {"BIRTH_DATE: is not a date": 1}),
    "replayed_by": About("The sync job that accepted the row later; null: none.", None),
    "replays": About("The sync job whose rejected rows this one replays; null: none.", None),
    "row": About("The number of the row in the source.", 17),
    "seconds": About("How many seconds the step has taken.", 1.5),
    "source": About("The source of the clients.", "snowflake"),
    "state": About(
        "`pending`, `processing`, `held`, `completed`, `failed` or `cancelled`.", "completed"
    ),
    "sync_job": About("The sync job's id.", UUID_EXAMPLE),
    "timestamp": About("When it happened."),
    "transforms": About("The steps that turn the column into the field, in order.", ["trim"]),
    "unchanged": About("Clients without a change.", 400),
    "updated": About("Clients that changed.", 8),
    "updates_by_field": About("Changed values, by field.", {"contact_number": 8}),
    "vanished": About("Clients that the run deactivates.", 0),
    "what": About("What the run does to the client.", "contact_number"),
}
_CONFIGURATION = {
    "category": About("The category of options: its code.", "answers"),
    "change": About("The change's id, as the audit of the configuration lists it."),
    "description": About("What it is for; null: not described.", None),
    "entry": About("The entry's code.", "CALLED"),
    "is_default": About("True: chosen unless a person chooses another one.", example=False),
    "is_public": About("True: everyone who is signed in may read the value.", example=False),
    "label": About("The text that people read.", "Will call back"),
    "metadata": About("Further facts, by name, for programs.", {"colour": "green"}),
    "option": About("The option's id."),
    "parent": About("The id of the option that it stands below; null: none.", None),
    "setting": About("The setting's key.", "status.backdating_days"),
    "table": About("The lookup.", "status_types"),
    "value": About("The value, as text.", "5"),
}
_SYSTEM = {
    "details": About("Facts behind the error, by name.", {"field": "reason"}),
    "applied_at": About("When a run was last applied; null: never."),
    "circuit": About("The state of the circuit breaker; null: there is none.", "closed"),
    "dead": About("Jobs that failed too often.", 0),
    "is_dead": About("True: a run's process is gone; the run will fail.", example=False),
    "is_held": About("True: a run waits for approval.", example=False),
    "is_stale": About("True: no run was applied for too long.", example=False),
    "last_run": About("The state of the last run that was to be applied; null: none.", "completed"),
    "latency_ms": About("How long the check took, in milliseconds; null: not measured.", 1.8),
    "pending": About("Jobs that wait.", 2),
    "processing": About("Jobs that run.", 1),
    "queues": About("The jobs of each queue, by its name."),
    "read_up_to": About("How recent the applied data is; null: unknown."),
    "services": About("Each service that this one uses, by its name."),
    "sources": About("Each source of clients, by its name."),
}
_AUDITS = {
    "accesses": About("Who saw, took or changed the client's data, the newest first."),
    "assigned_by": About("The person that assigned the client; null: the system."),
    "assigned_from": About("From when on."),
    "assigned_until": About("Until when; null: still.", None),
    "assignments": About("The officers who looked after the client, the newest first."),
    "changes": About("Fields that changed, the newest change first."),
    "deleted_at": About("When the client was deleted; null: not deleted.", None),
    "end_reason": About("Why the assignment ended; null: it did not, or no reason is known.", None),
    "made_at": About("When it was compiled."),
    "missing_count": About("How many times in a row the source did not deliver the client.", 0),
    "notes": About("What the answer does not hold, and why."),
    "periods": About("The client's periods, the latest first."),
    "rejected_at": About("When the record was rejected."),
    "rejects": About("Records of sources about the client that could not be taken."),
    "reveal": About("True: show the pension number in full.", example=False),
    "source_version": About("The version of the source's record; null: the source has none."),
    "actor": About("Only what this person did: an id."),
    "at": About("When it happened."),
    "grants_found": About(
        "The grants of the permission that the person had, for people to read.",
        ["clients:read at branch over FCASH"],
    ),
    "interface": About("The interface: `http`, `cli`, `library` or `worker`.", "http"),
    "is_certain": About(
        "False: a file of many clients, which may have held this one.", example=True
    ),
    "new_values": About("The values after the change; null: the row is gone.", {"name": "Quezon"}),
    "old_values": About("The values before the change; null: the row is new.", {"name": "QC"}),
    "record": About("The row of `table`, by its id or code.", "QC01"),
    "resource": About("What kind of thing it is about.", "client"),
    "resource_id": About("Which one: its id or name.", UUID_EXAMPLE),
    "result": About("What came of it.", "refused"),
    "since": About("Only entries at this moment or later.", "2026-11-01T00:00:00+08:00"),
    "subject": About("Only entries about this person: an id."),
    "table": About("The table of the row.", "branches"),
    "until": About("Only entries before this moment.", "2026-12-01T00:00:00+08:00"),
}
_OF_SHAPES = {
    "AccessEntry.kind": About("What was done with the client's data.", "revealed"),
    "AccessEntry.subject": About("Which of the client's data.", "pension_number"),
    "ActivityEntry.action": About("What was done, as thing and verb.", "status.record"),
    "ActivityEntry.details": About("Facts about it, without personal data.", {"period": "2026-11"}),
    "AuthorizationEntry.missing": About("What the person lacked; null: nothing."),
    "AuthorizationEntry.subject": About("The person whose rights were changed; null: none."),
    "HeldAssignment.officer": About("The officer."),
    "HeldReject.reasons": About("What was wrong with the record."),
    "HeldReject.record": About("The record as it came, without what is stored sealed.", {}),
    "HeldReject.row": About("The number of the row in the source.", 17),
    "HeldSource.source": About("The source.", "snowflake"),
    "ConfigurationEntry.action": About("What happened to the row.", "update"),
    "StaffMember.name": About("The name, for people to read.", "Ana Cruz"),
    "StatusOption.reasons": About("The reasons under the status."),
    "WorklistItem.client": About("The client to contact."),
}
_GROUPS = (
    _OF_SHAPES,
    _AUDITS,
    _CLIENTS,
    _TRACKING,
    _LISTS,
    _LOOKUPS,
    _PEOPLE,
    _WORK,
    _SYNC,
    _CONFIGURATION,
    _SYSTEM,
)
MEMBERS: Mapping[str, About] = {name: about for group in _GROUPS for name, about in group.items()}
