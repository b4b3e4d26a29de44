"""The members of audits and dossiers."""

from clientupdater.entrypoints.http.descriptions.about import UUID_EXAMPLE, About

AUDIT_MEMBERS = {
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
