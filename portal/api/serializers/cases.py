"""Cases as their own applicant sees them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.models import Case, CaseEvent
from cases.queries import Clocks, actions_for, clocks
from cases.states import TOLD, State
from portal.api.paging import PageQuery


class CaseQuery(PageQuery):
    """Which of the applicant's cases."""

    state = serializers.ChoiceField(
        choices=[("drafts", "草稿"), ("open", "在办"), ("closed", "办结")], required=False, help_text="不填是全部"
    )


class AnswersIn(serializers.Serializer):
    """The answers of one page of the form; what each must be, the item's form says."""

    step = serializers.CharField(max_length=60, help_text="页的代码，见事项申请表的 x-steps")
    version = serializers.IntegerField(min_value=0, max_value=2**31 - 1, help_text="读到的办件版本")
    answers = serializers.DictField(child=serializers.JSONField(), help_text="栏目代码和内容")


class CaseOut(serializers.Serializer):
    """A case in a list."""

    id = serializers.UUIDField()
    number = serializers.CharField(allow_null=True)
    version = serializers.IntegerField(help_text="每次变化加一")
    item_id = serializers.UUIDField()
    item_name = serializers.CharField(source="item_version.name")
    department = serializers.CharField(source="department.name")
    state = serializers.CharField()
    state_label = serializers.CharField(source="get_state_display")
    outcome = serializers.CharField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    accepted_on = serializers.DateField(allow_null=True)
    promise_due_on = serializers.DateField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class CasePage(serializers.Serializer):
    """A page of cases."""

    results = CaseOut(many=True)
    next = serializers.URLField(allow_null=True)


class PassedOut(serializers.Serializer):
    """Something held that was considered and does not count; ``cause`` is a permanent code."""

    cause = serializers.CharField()
    words = serializers.CharField()


class CaseMaterialOut(serializers.Serializer):
    """What stands for a material, and why; ``correction`` is what the one-off notice asks for.

    ``piece`` is the key of the piece where the material is handed in piece by piece, else empty.
    """

    id = serializers.UUIDField()
    key = serializers.CharField(source="requirement.key")
    name = serializers.CharField()
    piece = serializers.CharField()
    way = serializers.CharField()
    way_label = serializers.CharField(source="get_way_display")
    reason = serializers.CharField()
    passed_over = PassedOut(many=True)
    correction = serializers.CharField()


class StepOut(serializers.Serializer):
    """One step of the history."""

    at = serializers.DateTimeField(source="created_at")
    action = serializers.CharField()
    state = serializers.CharField(source="to_state")
    by = serializers.CharField(source="actor_label")
    note = serializers.SerializerMethodField()

    def get_note(self, event: CaseEvent) -> str:
        """What the applicant was told at this step; a reviewer's words are for the file."""
        return event.note if event.action in TOLD else ""


class NoticeOut(serializers.Serializer):
    """An official document of the case."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    name = serializers.CharField(source="get_kind_display")
    number = serializers.CharField()
    issued_on = serializers.DateField()
    read_at = serializers.DateTimeField(allow_null=True)


class ReadingOut(serializers.Serializer):
    """A clock: the last day, days left (negative when over) and the lamp."""

    due_on = serializers.DateField(allow_null=True)
    remaining = serializers.IntegerField(allow_null=True)
    lamp = serializers.CharField()
    paused = serializers.BooleanField()


class ClocksOut(serializers.Serializer):
    """Both clocks; ``problem`` says why there is no reading."""

    promise = ReadingOut()
    statute = ReadingOut()
    problem = serializers.CharField(allow_blank=True)


class CaseDetailOut(CaseOut):
    """A case with everything its applicant may see."""

    situation = serializers.DictField()
    answers = serializers.SerializerMethodField()
    materials = CaseMaterialOut(many=True)
    history = StepOut(many=True, source="events.all")
    notices = NoticeOut(many=True)
    clocks = serializers.SerializerMethodField()
    refusal_reason = serializers.CharField()
    renewal_ends_on = serializers.DateField(
        allow_null=True, help_text="按时申请延续的许可，原有效期的最后一天；到期未作决定的视为准予延续"
    )
    is_deemed_renewed = serializers.BooleanField(help_text="视为准予延续（行政许可法第五十条第二款）")
    certificate_id = serializers.UUIDField(allow_null=True)
    actions = serializers.SerializerMethodField()

    @extend_schema_field(
        {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {"value": {}, "source": {"type": "string"}, "label": {"type": "string"}},
            },
        }
    )
    def get_answers(self, case: Case) -> dict[str, dict[str, Any]]:
        """Every answer with where it comes from; none of a draft that somebody else fills in."""
        if case.state == State.DRAFT and case.agent_id != self.context["actor"].person_id:
            return {}
        wanted = ("value", "source", "label")
        return {key: {name: answer.get(name, "") for name in wanted} for key, answer in case.answers.items()}

    @extend_schema_field(ClocksOut)
    def get_clocks(self, case: Case) -> dict[str, Any]:
        """Both lamps now."""
        reading: Clocks = clocks(case)
        return dict(ClocksOut(reading).data)

    def get_actions(self, case: Case) -> list[str]:
        """What the applicant can do now, by the state table."""
        return [str(action) for action in actions_for(self.context["actor"], case)]
