"""Audit events of the identity room. Codes are permanent."""

from common.events import Event

PERSON_REGISTERED = Event("identity.person_registered", "party", frozenset({"assurance_level"}))
ORGANISATION_REGISTERED = Event("identity.organisation_registered", "party", frozenset({"uscc"}))
POST_ASSIGNED = Event("identity.post_assigned", "account", frozenset({"role", "post"}))
SIGNED_IN = Event("identity.signed_in", "account", frozenset({"method", "browser"}))
PRINCIPAL_CHOSEN = Event("identity.principal_chosen", "party")
REGION_SAVED = Event("identity.region_saved", "region", frozenset({"code"}))
DEPARTMENT_SAVED = Event("identity.department_saved", "department", frozenset({"uscc"}))
POST_SAVED = Event("identity.post_saved", "post", frozenset({"name"}))
ORGANISATION_CHANGED = Event("identity.organisation_changed", "party", frozenset({"change", "mandates_ended"}))
_TERMS = frozenset({"kind", "scope", "wallet", "starts_on", "ends_on"})
MANDATE_PROPOSED = Event("identity.mandate_proposed", "mandate", _TERMS)
MANDATE_RECORDED = Event(
    "identity.mandate_recorded", "mandate", _TERMS | {"original"}
)
MANDATE_ACCEPTED = Event("identity.mandate_accepted", "mandate", frozenset({"kind"}))
MANDATE_DECLINED = Event("identity.mandate_declined", "mandate", frozenset({"kind"}))
MANDATE_REVOKED = Event("identity.mandate_revoked", "mandate", frozenset({"kind", "side"}))
MANDATE_ENDED = Event("identity.mandate_ended", "mandate", frozenset({"why"}))
MANDATE_RENEWAL_PROPOSED = Event("identity.mandate_renewal_proposed", "mandate", _TERMS | {"renews"})
MANDATE_ENDED_AT_COUNTER = Event(
    "identity.mandate_ended_at_counter", "mandate", frozenset({"kind", "side", "original"})
)
MANDATE_REMINDED = Event("identity.mandate_reminded", "mandate", frozenset({"about", "days"}))
MANDATES_LOOKED_UP = Event("identity.mandates_looked_up", "party", frozenset({"reason"}))
GUARDIAN_RECORDED = Event(
    "identity.guardian_recorded", "mandate", frozenset({"proof", "grade", "ends_on", "original"})
)
CAPACITY_RECORDED = Event("identity.capacity_recorded", "party", frozenset({"grade", "original"}))
CAPACITY_ENDED = Event("identity.capacity_ended", "party", frozenset({"grade", "original", "mandates_ended"}))
ACCOUNT_OPENED = Event("identity.account_opened", "account", frozenset({"level"}))
LEVEL_CHECKED = Event("identity.level_checked", "party", frozenset({"source", "result", "level"}))
POPULATION_RECORDED = Event("identity.population_recorded", "population_record")
PASSWORD_CHANGED = Event("identity.password_changed", "account")
SESSIONS_ENDED = Event("identity.sessions_ended", "account", frozenset({"count"}))
