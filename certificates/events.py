"""Audit events of the certificates room. Codes are permanent."""

from common.events import Event

ISSUED = Event("certificate.issued", "certificate", frozenset({"type", "case_number"}))
STATE_CHANGED = Event("certificate.state_changed", "certificate", frozenset({"operation", "from", "to", "reason"}))
FILE_SIGNED = Event("certificate.file_signed", "certificate", frozenset({"sha256"}))
READ = Event("certificate.read", "certificate")
FILE_READ = Event("certificate.file_read", "certificate")
UPLOADED = Event("document.uploaded", "document", frozenset({"kind", "size"}))
VERIFIED = Event("document.verified", "document", frozenset({"department"}))
REMOVED = Event("document.removed", "document")
ERASED = Event("document.erased", "document")
DOCUMENT_READ = Event("document.read", "document")
GRANTED = Event("grant.given", "grant", frozenset({"case_number", "purpose"}))
GRANTS_ENDED = Event("grant.ended", "case", frozenset({"count"}))
DISCLOSED = Event("grant.used", "grant", frozenset({"operation", "case_number"}))
TYPE_DEFINED = Event("certificate.type_defined", "certificate_type", frozenset({"type_code"}))
TOKEN_KEY_PUBLISHED = Event("token_key.published", "token_key", frozenset({"issuer"}))
TOKEN_KEY_WITHDRAWN = Event("token_key.withdrawn", "token_key", frozenset({"reason"}))
EXPORTED = Event("certificate.exported", "certificate", frozenset({"claims", "is_bound"}))
SM2_SIGNED = Event("certificate.sm2_signed", "certificate", frozenset({"sha256"}))
SM2_READ = Event("certificate.sm2_read", "certificate")
PROPOSAL_STEP = Event("certificate.proposal_step", "certificate", frozenset({"operation", "step", "proposal"}))
