"""The members of reports, and the filters that their figures carry."""

from clientupdater.entrypoints.http.descriptions.about import About

REPORT_MEMBERS = {
    "ever_exempt": About(
        "Only clients that were exempt at some moment of the period, or only the others.",
        example=True,
    ),
    "moved_in": About("A branch that the row came to from another one, by its code.", "QC01"),
    "moved_out": About("A branch that the row was in and has left, by its code.", "QC01"),
    "open": About("Only clients whose row still asks for work, or only the others.", example=True),
    "opened_before": About("Only clients whose row was opened before this moment."),
    "opened_from": About("Only clients whose row was opened at this moment or later."),
    "opened_in": About("The branch that the client's row was opened in, by its code.", "QC01"),
    "promised_before": About("Only clients who promised to pay before this day.", "2026-11-12"),
    "recorded": About(
        "Which records of `recorded_by` count: all updates, or those of one kind.", "update"
    ),
    "recorded_before": About("Only records before this moment."),
    "recorded_by": About("Only clients with a record by this user, in `period` or in any: an id."),
    "recorded_from": About("Only records at this moment or later."),
    "recorded_reason": About("Only records with this reason, by its code.", "CONFIRMED"),
    "within_reports": About(
        "Only clients that your `reports:read` covers, or only the others.", example=True
    ),
    "figures": About("Counts of rows and sums over them, by name.", {}),
    "first_entry": About("When the first of these records was made."),
    "last_entry": About("When the last of these records was made."),
    "median_seconds": About(
        "Half of the records followed the one before within so many seconds; null: a single one.",
        240,
    ),
    "message": About(
        "What was recorded, for people to read.",
        "Ana Cruz recorded 24 updates outside of working hours.",
    ),
    "rates": About(
        "Shares of figures, by name; null: there is nothing to divide by.",
        {"completion": "0.8125"},
    ),
    "records": About("How many records there are, of how many clients, and the filter of those."),
    "totals": About("The figures of all rows together."),
    "value": About("The figure: a count, or an amount in pesos.", 12),
    "ReportRowShown.key": About("The code or id that the row is about.", "QC01"),
    "ReportRowShown.name": About("What the row is about, for people to read.", "Quezon City 1"),
    "ReportFigure.filter": About(
        "The parameters of `GET /clients` that list exactly the clients behind the figure; with"
        " `as_of`, those of `GET /reports/clients`.",
        {"company": "FCASH", "period": "2026-11", "status": "DONE"},
    ),
    "RecordsFigure.clients": About("How many clients the list of the filter has.", 10),
    "RecordsFigure.filter": About(
        "The parameters of `GET /clients` that list the clients of these records; with `as_of`,"
        " those of `GET /reports/clients`.",
        {"company": "FCASH", "recorded": "update", "recorded_by": "…"},
    ),
    "RecordsFigure.value": About("How many records there are.", 12),
    "ReportShown.as_of": About("The moment that the figures are of."),
    "ReportShown.rows": About("The rows, in the order in which people read them."),
    "StaffReportShown.rows": About("People by name, each by time."),
    "StaffRowShown.figures": About("Counts of the person's records, by kind.", {}),
    "StaffRowShown.key": About("The person's id."),
    "StaffRowShown.name": About("The person's name.", "Ana Cruz"),
    "StaffRowShown.first_day": About("The first day that the row covers."),
    "StaffRowShown.last_day": About("The last day that the row covers."),
    "SignalShown.kind": About("What the signal points at.", "outside_hours"),
    "SignalShown.person": About("The person that made the records."),
    "PastClient.branch": About("The branch that had the client then, by its code.", "QC01"),
    "PastClient.assigned_to": About("The officer that had the client then; null: nobody."),
    "PastClient.full_name": About(
        "The client's present name; null where you do not see the client at present.",
        "Juana Reyes",
    ),
    "PastClient.snapshot": About(
        "The client's status in the period, as it stood; null without `period`."
    ),
    "PastStatus.branch": About("The branch that the status counted for then.", "QC01"),
    "SignalEvent.client_code": About("The client's code.", "FC-000123"),
}
