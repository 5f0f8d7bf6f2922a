"""Apps of departments that people sign in to with their account here: who runs them, who agreed, who is signed in."""

from typing import ClassVar

from allauth.idp.oidc.models import Client
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.fields import EncryptedTextField
from common.models import BaseModel
from identity.models.accounts import Account
from identity.models.parties import Party, Person
from identity.models.places import Department


class ClientProfile(BaseModel):
    """What the city knows of a registered app beside its OAuth data: whose it is, what for, and how far it may go.

    ``sector`` is the group of apps that see the same pairwise identifier of a person (OIDC Core §8.1): the host of
    the redirect addresses, or the client's own id where there is none.
    """

    client = models.OneToOneField(Client, models.PROTECT, related_name="profile")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=200)
    legal_basis = models.CharField(max_length=200)
    lowest_level = models.PositiveSmallIntegerField(default=2)
    backchannel_logout_uri = models.CharField(max_length=500, blank=True, default="")
    sector = models.CharField(max_length=253)
    is_active = models.BooleanField(default=True)
    made_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes = (models.Index(fields=["department", "-id"], name="client_department"),)

    def __str__(self) -> str:
        return f"client {self.client_id}"

    @property
    def signs_people_in(self) -> bool:
        """Whether people sign in to it; otherwise only the system itself calls."""
        return Client.GrantType.AUTHORIZATION_CODE in self.client.get_grant_types()


class Consent(BaseModel):
    """A person let an app have some of their data (个人信息保护法第十三条、第二十三条). A wider one replaces it."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="consents")
    profile = models.ForeignKey(ClientProfile, models.PROTECT, related_name="consents")
    scopes = ArrayField(models.CharField(max_length=40))
    given_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "profile"], condition=Q(revoked_at__isnull=True), name="one_live_consent"
            )
        ]

    def __str__(self) -> str:
        return f"consent {self.pk}"


class SubjectIdentifier(BaseModel):
    """The name of an account in one sector: random, so that two departments cannot join people by it."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    sector = models.CharField(max_length=253)
    value = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "sector"], name="one_subject_per_sector")]

    def __str__(self) -> str:
        return self.value


class SsoSession(BaseModel):
    """One sign-in at one app, for one party: what its tokens hang on and what a logout names as ``sid``."""

    class Notice(models.TextChoices):
        NONE = "none", _("不需要")
        WAITING = "waiting", _("待通知")
        TOLD = "told", _("已通知")
        REFUSED = "refused", _("对方没有接受")

    sid = models.CharField(max_length=64, unique=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    profile = models.ForeignKey(ClientProfile, models.PROTECT, related_name="+")
    consent = models.ForeignKey(Consent, models.PROTECT, related_name="+")
    principal = models.ForeignKey(Party, models.PROTECT, related_name="+")  # whom the person acted for
    session_key = models.CharField(max_length=40)  # of the site's own session
    signed_in_at = models.DateTimeField()  # when the person last proved who they are
    ended_at = models.DateTimeField(null=True)
    notice = models.CharField(max_length=8, choices=Notice, default=Notice.NONE)

    class Meta:
        indexes = (
            models.Index(fields=["session_key"], name="sso_session_key", condition=Q(ended_at__isnull=True)),
            models.Index(fields=["account"], name="sso_session_account", condition=Q(ended_at__isnull=True)),
            models.Index(fields=["profile"], name="sso_session_profile", condition=Q(ended_at__isnull=True)),
        )
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["session_key", "profile", "principal"],
                condition=Q(ended_at__isnull=True),
                name="one_live_sso_session",
            )
        ]

    def __str__(self) -> str:
        return f"sign-in {self.pk}"


class SigningKey(BaseModel):
    """A key that signs tokens from ``not_before`` until its successor does; published until ``expires_at``."""

    private_key = EncryptedTextField()  # PEM
    not_before = models.DateTimeField(unique=True)
    expires_at = models.DateTimeField(null=True)  # set once the successor's day is known

    class Meta:
        ordering: ClassVar = ["not_before"]

    def __str__(self) -> str:
        return f"signing key {self.pk}"
