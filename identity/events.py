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
MANDATE_PROPOSED = Event("identity.mandate_proposed", "mandate", frozenset({"kind", "scope", "starts_on", "ends_on"}))
MANDATE_RECORDED = Event(
    "identity.mandate_recorded", "mandate", frozenset({"kind", "scope", "starts_on", "ends_on", "original"})
)
MANDATE_ACCEPTED = Event("identity.mandate_accepted", "mandate", frozenset({"kind"}))
MANDATE_DECLINED = Event("identity.mandate_declined", "mandate", frozenset({"kind"}))
MANDATE_REVOKED = Event("identity.mandate_revoked", "mandate", frozenset({"kind", "side"}))
MANDATE_ENDED = Event("identity.mandate_ended", "mandate", frozenset({"why"}))
ACCOUNT_OPENED = Event("identity.account_opened", "account", frozenset({"level"}))
LEVEL_CHECKED = Event("identity.level_checked", "party", frozenset({"source", "result", "level"}))
POPULATION_RECORDED = Event("identity.population_recorded", "population_record")
PASSWORD_CHANGED = Event("identity.password_changed", "account")
SESSIONS_ENDED = Event("identity.sessions_ended", "account", frozenset({"count"}))
UPSTREAM_ATTACHED = Event("identity.upstream_attached", "account", frozenset({"source"}))
