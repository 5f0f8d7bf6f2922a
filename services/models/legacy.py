"""The departments' old apps (整合): functions, the items that take them over, merge plans, and old links.

Counts of users and uses are figures that departments report; nothing here tells of a person who used an app.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.models import BaseModel
from identity.models import Account, Department
from services.legacy.states import LEADING_PLANS, OPEN_PLANS, Decision, PlanState
from services.models.items import ServiceItem
from services.models.review import Reviewed, two_persons


class LegacyApp(BaseModel):
    """An app, mini-program, website or desktop program of a department. ``revision`` counts the edits."""

    class Kind(models.TextChoices):
        APP = "app", "手机应用"
        MINI_PROGRAM = "mini", "小程序"
        WEBSITE = "website", "网站"
        DESKTOP = "desktop", "电脑程序"

    class SignIn(models.TextChoices):
        PORTAL = "portal", "一站通账号"
        NATIONAL = "national", "国家或省平台账号"
        OWN = "own", "自有账号"
        OTHER = "other", "第三方账号"
        NONE = "none", "不用登录"

    class Status(models.TextChoices):
        ACTIVE = "active", "在用"
        PAUSED = "paused", "停更"
        CLOSED = "closed", "已下线"

    department = models.ForeignKey(Department, models.PROTECT, related_name="legacy_apps")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=8, choices=Kind)
    platform = models.CharField(max_length=100, blank=True, default="")
    address = models.CharField(max_length=300, blank=True, default="")
    users_total = models.PositiveBigIntegerField(null=True)
    users_monthly = models.PositiveBigIntegerField(null=True)
    figures_on = models.DateField()  # the day the figures of users and uses were taken
    released_on = models.DateField(null=True)
    last_used_on = models.DateField(null=True)
    sign_in = models.CharField(max_length=8, choices=SignIn)
    status = models.CharField(max_length=6, choices=Status, default=Status.ACTIVE)
    revision = models.PositiveIntegerField(default=1)
    # The newest plan that was not refused or withdrawn.
    plan = models.ForeignKey("LegacyPlan", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        ordering: ClassVar = ["department_id", "name", "id"]
        constraints = (
            models.UniqueConstraint(fields=["department", "name", "kind"], name="legacy_app_once"),
            models.CheckConstraint(
                condition=Q(users_total=None) | Q(users_monthly=None) | Q(users_monthly__lte=models.F("users_total")),
                name="legacy_users_fit",
            ),
        )

    def __str__(self) -> str:
        return self.name


class LegacyFunction(BaseModel):
    """One thing an app can do, and whether it has found its items. ``slug`` is its address in this portal."""

    class Mapping(models.TextChoices):
        OPEN = "open", "待对应"
        MAPPED = "mapped", "已对应"
        UNMAPPABLE = "none", "没有对应事项"

    app = models.ForeignKey(LegacyApp, models.PROTECT, related_name="functions")
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=500, blank=True, default="")
    address = models.CharField(max_length=300, blank=True, default="")
    uses = models.PositiveBigIntegerField(null=True)  # in the last ``uses_days`` before the app's figures were taken
    uses_days = models.PositiveSmallIntegerField(default=30)
    last_used_on = models.DateField(null=True)
    is_link_only = models.BooleanField(default=False)  # leads to a page elsewhere and does nothing itself
    slug = models.SlugField(max_length=60, unique=True)
    mapping = models.CharField(max_length=6, choices=Mapping, default=Mapping.OPEN)
    reason = models.CharField(max_length=500, blank=True, default="")  # why it maps to no item
    settled_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    settled_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints = (
            models.UniqueConstraint(fields=["app", "name"], name="legacy_function_once"),
            models.CheckConstraint(condition=~Q(mapping="none") | ~Q(reason=""), name="legacy_unmappable_has_reason"),
        )

    def __str__(self) -> str:
        return self.name


class LegacyMapping(BaseModel):
    """A function's item, as a person confirmed it."""

    function = models.ForeignKey(LegacyFunction, models.CASCADE, related_name="mappings", db_index=False)
    item = models.ForeignKey(ServiceItem, models.PROTECT, related_name="legacy_mappings")
    confirmed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints = (models.UniqueConstraint(fields=["function", "item"], name="legacy_mapping_once"),)

    def __str__(self) -> str:
        return f"{self.function_id} → {self.item_id}"


class LegacyPlan(Reviewed):
    """What becomes of an app, why, who sees to it and until when. ``submitted_by`` proposed, ``reviewed_by`` agreed."""

    Decision = Decision
    State = PlanState

    app = models.ForeignKey(LegacyApp, models.PROTECT, related_name="plans")
    decision = models.CharField(max_length=5, choices=Decision)
    reason = models.CharField(max_length=1000)
    owner = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    due_on = models.DateField()
    state = models.CharField(max_length=9, choices=PlanState, default=PlanState.PROPOSED)
    finished_on = models.DateField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints = (
            models.UniqueConstraint(fields=["app"], condition=Q(state__in=OPEN_PLANS), name="one_open_legacy_plan"),
            models.CheckConstraint(
                condition=~Q(state__in=LEADING_PLANS) | Q(reviewed_by__isnull=False), name="legacy_plan_was_agreed"
            ),
            two_persons("submitted_by", "reviewed_by", "legacy_plan_two_persons"),
        )

    def __str__(self) -> str:
        return f"{self.app_id} {self.decision} {self.state}"


class LegacyLink(BaseModel):
    """An old address, as :func:`services.legacy.rules.plain_link` spells it, that leads to a function's items."""

    function = models.ForeignKey(LegacyFunction, models.CASCADE, related_name="links")
    path = models.CharField(max_length=300, unique=True)

    class Meta:
        ordering: ClassVar = ["path"]

    def __str__(self) -> str:
        return self.path


class LegacyVisit(models.Model):
    """How often an old link was followed on a day. Without a function: the link was not known. Nothing of who."""

    id = models.BigAutoField(primary_key=True)
    function = models.ForeignKey(LegacyFunction, models.CASCADE, null=True, related_name="visits", db_index=False)
    day = models.DateField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["function", "day"], nulls_distinct=False, name="legacy_visit_once_a_day"),
        )

    def __str__(self) -> str:
        return f"{self.function_id} {self.day}: {self.count}"


class LegacySheet(BaseModel):
    """An uploaded sheet of apps and functions: what it would change, to be looked at before it is applied."""

    class State(models.TextChoices):
        CHECKED = "checked", "已检查"
        DONE = "done", "已导入"

    made_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=7, choices=State, default=State.CHECKED)
    rows = models.JSONField(default=list)  # as read, by column
    counts = models.JSONField(default=dict)  # {new, changed, same, wrong}
    problems = models.JSONField(default=list)  # [{row, column, code, message}]

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.file_name} {self.state}"
