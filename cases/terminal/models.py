"""The machines of a hall, and each person's visit to one, from the card to the end of the session."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.fields import EncryptedTextField
from common.models import BaseModel
from identity.models import Account, Hall, Person


class Terminal(BaseModel):
    """One machine. Its key is the unguessable part of its address; renewed, the machine must be set up again.

    ``card`` is the number that the machine's card reader read last, until its page has fetched it.
    """

    hall = models.ForeignKey(Hall, models.PROTECT, related_name="terminals")
    name = models.CharField(max_length=40)
    key = models.CharField(max_length=43, unique=True)
    is_active = models.BooleanField(default=True)
    card = EncryptedTextField(null=True)
    card_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints = (
            models.UniqueConstraint(
                fields=["hall", "name"], condition=Q(is_active=True), name="terminal_name_once_per_hall"
            ),
        )

    def __str__(self) -> str:
        return f"{self.hall_id} {self.name}"


class TerminalVisit(BaseModel):
    """Somebody laid a card on a machine, proved who they are a second way, and was let in until they left."""

    class State(models.TextChoices):
        ASKED = "asked", "等验证"
        PROVED = "proved", "已验证"
        OPEN = "open", "正在用"
        ENDED = "ended", "已退出"

    class Way(models.TextChoices):
        CODE = "code", "短信验证码"
        RELEASE = "release", "工作人员当面核对"

    class End(models.TextChoices):
        DONE = "done", "本人退出"
        LEFT = "left", "没有人操作"
        LIMIT = "limit", "时间到"
        REPLACED = "replaced", "下一个人开始用"
        MACHINE = "machine", "终端停用"

    terminal = models.ForeignKey(Terminal, models.PROTECT, related_name="visits")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")  # nobody known by that card
    number = models.CharField(max_length=4)  # what the screen shows and a clerk looks for
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    way = models.CharField(max_length=8, choices=Way, blank=True, default="")
    code_id = models.UUIDField(null=True)  # of the code that was sent
    released_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    proved_at = models.DateTimeField(null=True)
    session_key = models.CharField(max_length=40, blank=True, default="")
    opened_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=8, choices=End, blank=True, default="")

    class Meta:
        indexes = (
            models.Index(fields=["terminal", "created_at"], name="visit_of_terminal"),
            models.Index(fields=["person", "created_at"], name="visit_of_person"),
            models.Index(fields=["created_at"], condition=Q(state="asked"), name="visit_to_release"),
        )
        constraints = (
            models.UniqueConstraint(fields=["terminal"], condition=Q(state="open"), name="one_visit_at_a_terminal"),
            models.CheckConstraint(
                condition=~Q(state__in=["proved", "open"]) | Q(person__isnull=False, proved_at__isnull=False),
                name="visit_proved_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(way="release") | Q(released_by__isnull=False), name="visit_released_by_a_clerk"
            ),
        )

    def __str__(self) -> str:
        return f"{self.terminal_id} {self.number} {self.state}"
