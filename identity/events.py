"""Audit events of the identity room. Codes are permanent."""

from common.events import Event

PERSON_REGISTERED = Event("identity.person_registered", "party", frozenset({"assurance_level"}))
ORGANISATION_REGISTERED = Event("identity.organisation_registered", "party", frozenset({"uscc"}))
POST_ASSIGNED = Event("identity.post_assigned", "account", frozenset({"role", "post"}))
SIGNED_IN = Event("identity.signed_in", "account", frozenset({"method"}))
PRINCIPAL_CHOSEN = Event("identity.principal_chosen", "party")
REGION_SAVED = Event("identity.region_saved", "region", frozenset({"code"}))
DEPARTMENT_SAVED = Event("identity.department_saved", "department", frozenset({"uscc"}))
POST_SAVED = Event("identity.post_saved", "post", frozenset({"name"}))
