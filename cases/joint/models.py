"""一件事 as one: the joint case, and an item of it with its own draft."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from cases.models.case import Case
from common.fields import EncryptedJSONField
from common.models import BaseModel
from identity.models import Account, Department, Party, Person, Region
from services.models import BundleVersion, ItemVersion


class JointCase(BaseModel):
    """联办件: one application for the items of a bundle (一件事). Each item runs as a case of its own."""

    number = models.CharField("联办编号", max_length=50, null=True, unique=True)  # noqa: DJ001 unique, none while a draft
    version = models.PositiveIntegerField(default=1)
    bundle_version = models.ForeignKey(BundleVersion, models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    applicant = models.ForeignKey(Party, models.PROTECT, related_name="joint_cases")
    agent = models.ForeignKey(Person, models.PROTECT, related_name="+")  # who fills it in
    agent_account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    situation = models.JSONField(default=dict)  # {question of the bundle: chosen value}
    submitted_at = models.DateTimeField(null=True)
    receipt_number = models.CharField("文书编号", max_length=80, blank=True, default="")
    receipt_content = EncryptedJSONField(default=dict)  # the facts printed, frozen: see cases.joint.receipt
    receipt_file = models.FileField(upload_to="notices/%Y/%m", blank=True)
    receipt_read_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes = (
            models.Index(fields=["applicant", "-id"], name="joint_applicant"),
            models.Index(
                fields=["submitted_at"], condition=Q(receipt_file="", submitted_at__isnull=False), name="joint_no_file"
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True) | Q(number__isnull=False) & ~Q(receipt_number=""),
                name="submitted_joint_has_numbers",
            ),
            models.UniqueConstraint(
                fields=["applicant", "bundle_version"],
                condition=Q(submitted_at__isnull=True),
                name="one_joint_draft",
            ),
        )

    def __str__(self) -> str:
        return self.number or f"joint draft {self.pk}"


class JointItem(BaseModel):
    """One item of a joint case: the case it runs as, and the items whose results it waits for."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        WAITING = "waiting", "等前一项"
        BEGUN = "begun", "已提交"
        OPEN = "open", "等您补充"  # its turn has come, and something is missing that only the applicant has
        DROPPED = "dropped", "没有开始办"
        OFFLINE = "offline", "到窗口办"

    joint = models.ForeignKey(JointCase, models.PROTECT, related_name="items")
    order = models.PositiveSmallIntegerField()
    key = models.SlugField(max_length=40)  # of the bundle's member
    item_version = models.ForeignKey(ItemVersion, models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    case = models.OneToOneField(Case, models.SET_NULL, null=True, related_name="joint_item")
    after = models.JSONField(default=list)  # keys of the items it waits for
    founder = models.CharField(max_length=40, blank=True, default="")  # key of the item that brings the applicant about
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    reason = models.CharField(max_length=500, blank=True, default="")  # why it is open or dropped, in plain words

    class Meta:
        ordering: ClassVar = ["order"]
        constraints = (models.UniqueConstraint(fields=["joint", "key"], name="joint_item_once"),)
        indexes = (models.Index(fields=["joint"], condition=Q(state="waiting"), name="joint_item_waiting"),)

    def __str__(self) -> str:
        return f"{self.joint_id} {self.key}"
