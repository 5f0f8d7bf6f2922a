"""Who opens the citizens' pages, and what they press."""

from typing import Any

from django.test import Client
from django.urls import reverse

from cases.models import Case
from identity.models import Account, Organisation
from portal.middleware import PRINCIPAL_KEY


def a_visitor(account: Account | None = None, *, acting_for: Organisation | None = None) -> Client:
    """A browser: of nobody, or of a signed-in account, perhaps acting for an organisation."""
    browser = Client()
    if account:
        browser.force_login(account, backend="identity.backends.PhoneOrIdBackend")
    if acting_for:
        session = browser.session
        session[PRINCIPAL_KEY] = str(acting_for.pk)
        session.save()
    return browser


def a_form(case: Case, key: str = "k1", **fields: Any) -> dict[str, Any]:
    """What a form of a case sends besides its own fields."""
    return {"version": Case.objects.get(pk=case.pk).version, "request_key": key, **fields}


def address(name: str, *args: object) -> str:
    """The path of a page."""
    return reverse(name, args=args)
