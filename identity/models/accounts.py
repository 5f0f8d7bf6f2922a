"""Sign-ins, and the posts that staff hold with them."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from guardian.mixins import GuardianUserMixin

from common.fields import BlindIndexField
from common.ids import uuid7
from common.models import BaseModel
from identity.models.parties import Person
from identity.models.places import Post


class AccountManager(BaseUserManager["Account"]):
    """Creates accounts; the username is only an opaque handle."""

    def create_account(self, *, username: str, password: str | None, **fields: Any) -> "Account":
        """Create an account with a hashed password (None: no password sign-in)."""
        account = self.model(username=username, **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(GuardianUserMixin, AbstractBaseUser, PermissionsMixin):
    """A sign-in. A person signs in with phone or ID number, staff with a staff number."""

    class FormView(models.TextChoices):
        STEPS = "steps", "一页一页填"
        WHOLE = "whole", "在一页里填"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField(max_length=64, unique=True)
    person = models.OneToOneField(Person, models.PROTECT, null=True, related_name="account")
    staff_name = models.CharField(max_length=60, blank=True, default="")
    phone_index = BlindIndexField(null=True, unique=True)
    is_active = models.BooleanField(default=True)
    is_staff_member = models.BooleanField(default=False)
    date_joined = models.DateTimeField(auto_now_add=True)
    form_view = models.CharField(
        max_length=5, choices=FormView, default=FormView.STEPS, db_default=FormView.STEPS
    )  # how they like to fill forms in, on whichever device

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar = []
    objects = AccountManager()

    def __str__(self) -> str:
        return self.username


class PostHolding(BaseModel):
    """An account holds a post in a role, from a day to a day, for itself or in place of somebody absent.

    Somebody may hold several posts; the one they act in now is active, and grants mirror it alone. ``ends_on`` is the
    last day. ``ended_at`` says that it is over, by then or before: it is never honoured again.
    """

    class Role(models.TextChoices):
        COUNTER_CLERK = "counter_clerk", "综合窗口人员"
        REVIEWER = "reviewer", "审查人员"
        DECIDER = "decider", "决定人"
        DATA_OFFICER = "data_officer", "数据管理人员"
        SUPERVISOR = "supervisor", "监督人员"
        ADMINISTRATOR = "administrator", "管理员"

    account = models.ForeignKey(Account, models.PROTECT, related_name="holdings")
    post = models.ForeignKey(Post, models.PROTECT, related_name="holdings")
    role = models.CharField(max_length=20, choices=Role)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    is_active = models.BooleanField(default=True)
    substitute_for = models.ForeignKey("self", models.PROTECT, null=True, related_name="substitutes")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account"], condition=Q(is_active=True), name="one_active_post"),
            models.UniqueConstraint(
                fields=["account", "post", "role"],
                condition=Q(ended_at__isnull=True, substitute_for__isnull=True),
                name="post_held_once",
            ),
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(ended_at__isnull=True), name="ended_post_is_not_active"
            ),
            models.CheckConstraint(
                condition=Q(substitute_for__isnull=True) | Q(ends_on__isnull=False), name="substitute_has_last_day"
            ),
        ]
        indexes = (
            models.Index(fields=["post"], condition=Q(ended_at__isnull=True), name="holding_of_post"),
            models.Index(fields=["ends_on"], condition=Q(ended_at__isnull=True), name="holding_due"),
        )

    def __str__(self) -> str:
        return f"{self.account} {self.post} {self.role}"
