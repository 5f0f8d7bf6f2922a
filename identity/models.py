"""Who there is: regions, departments, posts, parties (persons and organisations) and accounts."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from guardian.mixins import GuardianUserMixin

from common.fields import BlindIndexField, EncryptedTextField
from common.ids import uuid7
from common.models import BaseModel
from identity.security_models import OneTimeCode, OutboxMessage, PopulationRecord, VerificationRecord

__all__ = [
    "Account",
    "Department",
    "OneTimeCode",
    "Organisation",
    "OutboxMessage",
    "Party",
    "Person",
    "PopulationRecord",
    "Post",
    "PostHolding",
    "Region",
    "VerificationRecord",
]


class Region(BaseModel):
    """An administrative region (GB/T 2260 to county, GB/T 10114 below)."""

    class Level(models.IntegerChoices):
        PROVINCE = 1, "省级"
        CITY = 2, "市级"
        COUNTY = 3, "县级"
        TOWNSHIP = 4, "乡级"
        VILLAGE = 5, "村级"

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=60)
    level = models.PositiveSmallIntegerField(choices=Level)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name


class Department(BaseModel):
    """A body that implements service items. Guardian grants on it say which staff may do what there."""

    uscc = models.CharField("统一社会信用代码", max_length=18, unique=True)
    name = models.CharField(max_length=100)
    short_name = models.CharField(max_length=50)
    region = models.ForeignKey(Region, models.PROTECT, related_name="departments")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["uscc"]
        default_permissions = ()
        # One row for each identity.permissions.Permission granted by department.
        permissions = (
            ("counter", "收件受理"),
            ("review", "审查"),
            ("decide", "作出决定"),
            ("issue_certificate", "签发证照"),
            ("suspend_certificate", "暂扣、恢复、注销证照"),
            ("manage_items", "维护事项"),
            ("supervise", "监督"),
        )

    def __str__(self) -> str:
        return self.name


class Post(BaseModel):
    """A position in a department. Who holds it gets their role's permissions in the departments it serves."""

    department = models.ForeignKey(Department, models.PROTECT, related_name="posts")
    name = models.CharField(max_length=50)
    serves = models.ManyToManyField(Department, related_name="+")  # the bodies it acts for (综合窗口: many)

    class Meta:
        ordering: ClassVar = ["department_id", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["department", "name"], name="post_name_once_per_department")
        ]

    def __str__(self) -> str:
        return self.name


class Party(BaseModel):
    """Whoever can hold a certificate or apply: one natural person or one organisation."""

    class Kind(models.TextChoices):
        PERSON = "person", "自然人"
        ORGANISATION = "organisation", "法人或其他组织"

    kind = models.CharField(max_length=12, choices=Kind)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def name(self) -> str:
        """The full name; reading it is the caller's duty to record where it is somebody else's."""
        return self.person.name if self.kind == self.Kind.PERSON else self.organisation.name

    @property
    def code(self) -> str:
        """The citizen ID number or the unified social credit code."""
        return self.person.id_number if self.kind == self.Kind.PERSON else self.organisation.uscc

    @property
    def code_type(self) -> str:
        """持证主体代码类型 (GB/T 36903 App. A): 111 citizen ID number, 001 unified social credit code."""
        return "111" if self.kind == self.Kind.PERSON else "001"


class Person(models.Model):
    """A natural person, identified by the citizen ID number (GB 11643)."""

    party = models.OneToOneField(Party, models.PROTECT, primary_key=True, related_name="person")
    name = EncryptedTextField()
    id_number = EncryptedTextField()
    id_number_index = BlindIndexField(unique=True)
    phone = EncryptedTextField(null=True)
    address = EncryptedTextField(null=True)
    assurance_level = models.PositiveSmallIntegerField(default=1)  # 实名等级 1–5
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"person {self.pk}"


class Organisation(models.Model):
    """A legal person or other organisation, identified by its USCC (GB 32100)."""

    class State(models.TextChoices):
        ACTIVE = "active", "存续"
        CANCELLED = "cancelled", "已注销"

    party = models.OneToOneField(Party, models.PROTECT, primary_key=True, related_name="organisation")
    uscc = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=State, default=State.ACTIVE)
    address = models.CharField(max_length=200)
    legal_representative = models.ForeignKey(Person, models.PROTECT, related_name="represented_organisations")
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["uscc"]

    def __str__(self) -> str:
        return self.name


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

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField(max_length=64, unique=True)
    person = models.OneToOneField(Person, models.PROTECT, null=True, related_name="account")
    staff_name = models.CharField(max_length=60, blank=True, default="")
    phone_index = BlindIndexField(null=True, unique=True)
    is_active = models.BooleanField(default=True)
    is_staff_member = models.BooleanField(default=False)
    date_joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar = []
    objects = AccountManager()

    def __str__(self) -> str:
        return self.username


class PostHolding(BaseModel):
    """An account holds a post in a role, from a day to a day. One holding is active at a time."""

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

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account"], condition=Q(is_active=True), name="one_active_post"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.post} {self.role}"


class Mandate(BaseModel):
    """委托: one person may act for a party, in a scope, from a day to a day. Its terms never change, only its state.

    ``agent`` is empty while no registered person has both the number and the name that were written: whoever
    gives the mandate sees no difference, so nobody can find out who is registered.
    """

    class Kind(models.TextChoices):
        PERSON = "person", _("委托代理人")
        MANAGER = "manager", _("管理员")
        HANDLER = "handler", _("经办人")
        GUARDIAN = "guardian", _("监护人")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待接受")
        ACCEPTED = "accepted", _("已生效")
        DECLINED = "declined", _("已谢绝")
        REVOKED = "revoked", _("已解除")
        ENDED = "ended", _("已结束")

    class Scope(models.TextChoices):
        ALL = "all", _("全部事项")
        ITEMS = "items", _("指定事项")
        CASE = "case", _("一件办件")

    principal = models.ForeignKey(Party, models.PROTECT, related_name="given_mandates")
    agent = models.ForeignKey(Person, models.PROTECT, null=True, related_name="received_mandates")
    agent_name = EncryptedTextField()  # as written by whoever gave it
    agent_index = BlindIndexField()  # of the ID number as written
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    scope = models.CharField(max_length=6, choices=Scope)
    item_codes = ArrayField(models.CharField(max_length=100), default=list)
    case_number = models.CharField(max_length=50, blank=True, default="")
    purpose = models.CharField(max_length=200, blank=True, default="")
    starts_on = models.DateField()
    ends_on = models.DateField()  # the last day
    # The legal representative when an organisation gave it: under another one it no longer counts.
    representative = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    made_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)  # declined, revoked or ended
    recorded_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")  # the clerk at the counter
    original_id = models.CharField(max_length=64, blank=True, default="")  # the scanned original, in the locker

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes = (
            models.Index(fields=["agent", "state"], name="mandate_agent"),
            models.Index(fields=["principal", "-id"], name="mandate_principal"),
            models.Index(fields=["state", "ends_on"], name="mandate_due"),
        )
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["principal", "agent_index"],
                condition=Q(state__in=["proposed", "accepted"]),
                name="one_live_mandate_per_agent",
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="mandate_ends_after_start"),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(agent__isnull=False), name="accepted_mandate_has_agent"
            ),
        ]

    def __str__(self) -> str:
        return f"mandate {self.pk}"
