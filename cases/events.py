"""Audit events of the cases room. Codes are permanent."""

from common.events import Event

DRAFT_STARTED = Event("case.draft_started", "case", frozenset({"item"}))
MOVED = Event("case.moved", "case", frozenset({"action", "from", "to", "number"}))
CASE_READ = Event("case.read", "case", frozenset({"number"}))
STATUS_READ = Event("case.status_read", "case", frozenset({"number"}))
UNMASKED = Event("case.unmasked", "case", frozenset({"number", "reason"}))
BRANCH_REVIEWED = Event("case.branch_reviewed", "case", frozenset({"branch", "result"}))
ORIGINAL_SEEN = Event("case.original_seen", "case", frozenset({"material"}))
VALUES_REFRESHED = Event("case.values_refreshed", "case", frozenset({"fields"}))
NOTICE_ISSUED = Event("case.notice_issued", "case", frozenset({"kind", "notice"}))
NOTICE_READ = Event("case.notice_read", "case", frozenset({"notice"}))
FLAG_RAISED = Event("case.flag_raised", "case", frozenset({"certificate", "state"}))
FLAG_RESOLVED = Event("case.flag_resolved", "case", frozenset({"certificate"}))
DOCUMENT_FLAGGED = Event("case.document_flagged", "case", frozenset({"document"}))
DOCUMENT_CLEARED = Event("case.document_cleared", "case", frozenset({"document"}))
VERDICT_DISPUTED = Event("case.verdict_disputed", "case", frozenset({"material"}))
BRANCH_HANDED_OVER = Event("case.branch_handed_over", "case", frozenset({"branch", "from_post", "to_post"}))
