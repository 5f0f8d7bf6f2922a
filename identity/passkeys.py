"""Passkeys (WebAuthn): how django-allauth's second factors fit this site.

A passkey is always made with user verification, so it is two factors by itself: the device and its PIN or finger.
"""

import ipaddress
import struct
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.masking import mask_name
from identity.models import Account

_MOST_NAME = 40
_MOST_CREDENTIAL = 20_000  # an attestation with its certificates takes a few thousand characters
# What the parsers of credentials raise for bytes that are none; allauth expects only some of them.
_GARBAGE = (TypeError, ValueError, LookupError, AttributeError, struct.error, RecursionError, OverflowError)


def relying_party_id() -> str:
    """The domain that passkeys are bound to: that of ``PUBLIC_BASE_URL``, whatever host a request names.

    A passkey cannot be bound to an address in figures, so a demonstration on this machine uses ``localhost``.
    """
    host = urlsplit(settings.PUBLIC_BASE_URL).hostname or "localhost"
    try:
        is_own = ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host
    return "localhost" if is_own else host


class SecondFactorAdapter(DefaultMFAAdapter):
    """Names in our words, and the domain from the settings."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("没有通过，请再试一次。"),
    }

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The site as the passkey knows it."""
        return {"id": relying_party_id(), "name": _("一站通")}

    def get_public_key_credential_user_entity(self, user: Account) -> dict[str, Any]:
        """The account as the device lists it: staff number, or the masked name; never an ID number or a handle."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        label = user.staff_name or user.username
        if user.person is not None:
            label = mask_name(user.person.name)
        return {**entity, "name": user.username if user.is_staff_member else label, "display_name": label}

    def generate_authenticator_name(self, user: Account, type: Authenticator.Type) -> str:  # noqa: A002
        """The next number."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("通行密钥 %(number)s") % {"number": count + 1}


def _name_field() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("名称"),
        help_text=gettext_lazy("给自己看的，比如“我的手机”。"),
        max_length=_MOST_NAME,
        required=False,
        error_messages={"max_length": gettext_lazy("名称最多 40 个字。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def _refused() -> ValidationError:
    return ValidationError(gettext_lazy("没有收到通行密钥，请再试一次。"), code="passkey_unusable")


class CredentialField(forms.JSONField):
    """What the device answered, as JSON that fits the parser and the database."""

    def to_python(self, value: Any) -> Any:
        """Refuse what is far too long, nested without end, or has a NUL, before anything parses or stores it."""
        text = value if isinstance(value, str) else ""
        if len(text) > _MOST_CREDENTIAL or "\\u0000" in text:
            raise _refused()
        try:
            return super().to_python(value)
        except (RecursionError, ValueError, ValidationError) as error:  # a number of 5,000 digits is a ValueError
            raise _refused() from error


def _credential_field() -> CredentialField:
    missing = gettext_lazy("没有收到通行密钥，请再试一次。")
    return CredentialField(widget=forms.HiddenInput, error_messages={"required": missing})


class AddPasskeyForm(AddWebAuthnForm):
    """A new passkey; it must be able to sign in by itself."""

    name = _name_field()
    credential = _credential_field()
    passwordless = forms.BooleanField(required=False, initial=True, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Check what the device answered; whatever is wrong with it is one refusal."""
        self.cleaned_data["passwordless"] = True
        try:
            cleaned: dict[str, Any] = super().clean()
        except _GARBAGE as error:
            raise _refused() from error
        return cleaned


class RenamePasskeyForm(EditWebAuthnForm):
    """Another name."""

    name = _name_field()

    def clean_name(self) -> str:
        """Keep the old name when none is given."""
        return str(self.cleaned_data["name"]) or str(self.instance.wrap().name)


class _Careful(AuthenticateWebAuthnForm):
    """Turns bytes that are no credential into a refusal."""

    credential = _credential_field()

    def clean_credential(self) -> Authenticator:
        """Return the authenticator that answered."""
        try:
            return super().clean_credential()
        except _GARBAGE as error:
            raise _refused() from error


class PasskeySignInForm(_Careful, LoginWebAuthnForm):
    """Signing in with a passkey alone."""


class PasskeySecondFactorForm(_Careful):
    """A passkey after the password."""


class PasskeyStepUpForm(_Careful, ReauthenticateWebAuthnForm):
    """A passkey before a sensitive step."""
