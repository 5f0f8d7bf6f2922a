"""Joint cases (联办件) as their own applicant sees them, and what is sent to fill one in."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.joint import submission
from cases.joint.queries import is_over
from cases.joint.union import Group, Page, Union
from cases.models import JointCase, JointItem
from cases.queries import clocks
from cases.states import State
from portal.api.paging import PageQuery
from portal.api.serializers.bundles import PlanIn
from portal.api.serializers.cases import ClocksOut, NoticeOut, PassedOut
from services.schemas import field_schema

_PART = JointItem.State


class JointQuery(PageQuery):
    """Which of the applicant's joint cases."""

    state = serializers.ChoiceField(
        choices=[("drafts", "草稿"), ("open", "在办"), ("closed", "办结")], required=False, help_text="不填是全部"
    )


class JointIn(PlanIn):
    """Which bundle, for which region, with which answers to its questions."""

    bundle = serializers.SlugField(max_length=60, help_text="一件事的代码")


class JointAnswersIn(serializers.Serializer):
    """The answers of one page of the form that serves all items."""

    page = serializers.CharField(max_length=120, help_text="页的代码，见 pages")
    version = serializers.IntegerField(min_value=0, max_value=2**31 - 1, help_text="读到的联办件版本")
    answers = serializers.DictField(child=serializers.JSONField(), help_text="栏目代码和内容")


class JointUploadIn(serializers.Serializer):
    """The pages of one material, in order."""

    file = serializers.ListField(
        child=serializers.FileField(), min_length=1, max_length=50, help_text="一页一个，按顺序"
    )
    alternative = serializers.CharField(max_length=60, required=False, default="", help_text="几种任选一种时，是哪一种")


class JointChoiceIn(serializers.Serializer):
    """What stands for a material instead of a file; ``agreed`` says that its text was read."""

    way = serializers.ChoiceField(choices=[("promise", "告知承诺"), ("deferred", "容缺后补")])
    agreed = serializers.BooleanField(help_text="已读懂并承诺")


class JointSubmissionIn(serializers.Serializer):
    """The declaration; ``version`` is the one that was read when it was made."""

    declared = serializers.BooleanField(help_text="已读懂声明并签署")
    version = serializers.IntegerField(min_value=0, max_value=2**31 - 1, help_text="读到的联办件版本")


class JointWithdrawalIn(serializers.Serializer):
    """Why everything that is not decided is withdrawn."""

    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class JointItemOut(serializers.Serializer):
    """One item: how it stands, who has it, and its case once it runs."""

    key = serializers.CharField()
    name = serializers.CharField(source="item_version.name")
    department = serializers.CharField(source="department.name")
    state = serializers.CharField()
    state_label = serializers.CharField(source="get_state_display")
    reason = serializers.CharField(help_text="没有开始，或者要您补充的原因")
    after = serializers.ListField(child=serializers.CharField(), help_text="要等哪几项先办好")
    case_id = serializers.UUIDField(allow_null=True)
    case_number = serializers.SerializerMethodField()
    case_state = serializers.SerializerMethodField()
    outcome = serializers.SerializerMethodField()
    clocks = serializers.SerializerMethodField()
    notices = serializers.SerializerMethodField()

    def get_case_number(self, item: JointItem) -> str:
        """办件编号; empty until it is handed in."""
        return (item.case.number or "") if item.case else ""

    def get_case_state(self, item: JointItem) -> str:
        """The state of its case; empty where it has none."""
        return str(item.case.state) if item.case else ""

    def get_outcome(self, item: JointItem) -> str:
        """What was decided; empty before."""
        return str(item.case.outcome) if item.case else ""

    @extend_schema_field(ClocksOut(allow_null=True))
    def get_clocks(self, item: JointItem) -> dict[str, Any] | None:
        """Both lamps of a case that runs."""
        runs = item.case is not None and item.state == _PART.BEGUN
        return dict(ClocksOut(clocks(item.case)).data) if runs and item.case else None

    @extend_schema_field(NoticeOut(many=True))
    def get_notices(self, item: JointItem) -> list[dict[str, Any]]:
        """The documents of its case, for whom the case is theirs."""
        case = item.case
        is_own = case is not None and case.applicant_id == self.context["actor"].principal_id
        if case is None or not is_own or case.state == State.DRAFT:
            return []
        return list(NoticeOut(case.notices.all(), many=True).data)


class JointOut(serializers.Serializer):
    """A joint case in a list."""

    id = serializers.UUIDField()
    number = serializers.CharField(allow_null=True, help_text="联办编号，草稿没有")
    version = serializers.IntegerField(help_text="草稿每次变化加一")
    bundle = serializers.CharField(source="bundle_version.bundle.code")
    bundle_name = serializers.CharField(source="bundle_version.name")
    region = serializers.CharField(source="region.code")
    submitted_at = serializers.DateTimeField(allow_null=True)
    is_over = serializers.SerializerMethodField()

    def get_is_over(self, joint: JointCase) -> bool:
        """Whether every item has come to its end."""
        return joint.submitted_at is not None and is_over(list(joint.items.all()))


class JointPage(serializers.Serializer):
    """A page of joint cases."""

    results = JointOut(many=True)
    next = serializers.URLField(allow_null=True)


class JointFieldOut(serializers.Serializer):
    """A field of a page: its schema, whom it serves, and the answer there is with its source."""

    key = serializers.CharField()
    items = serializers.ListField(child=serializers.CharField(), help_text="哪几项要这个栏目")
    form = serializers.DictField(help_text="JSON Schema（2020-12）")
    value = serializers.JSONField(allow_null=True)
    value_source = serializers.CharField(help_text="内容从哪里来，见办件的 answers")


class JointFormPageOut(serializers.Serializer):
    """A page of the one form."""

    key = serializers.CharField()
    title = serializers.CharField()
    inputs = JointFieldOut(many=True, help_text="栏目")


class JointMaterialOut(serializers.Serializer):
    """A material that is handed in once for the items it serves."""

    id = serializers.UUIDField()
    key = serializers.CharField()
    name = serializers.CharField()
    items = serializers.ListField(child=serializers.CharField())
    is_optional = serializers.BooleanField()
    way = serializers.CharField()
    way_label = serializers.CharField()
    reason = serializers.CharField()
    passed_over = PassedOut(many=True)
    promise_text = serializers.CharField(help_text="可以告知承诺时的承诺内容")
    defer_days = serializers.IntegerField(allow_null=True, help_text="可以容缺时，几个工作日内补交")


class JointPointOut(serializers.Serializer):
    """Something that is still to be done before it can be handed in."""

    place = serializers.CharField(help_text="<事项>:<栏目>，或者材料的 id")
    name = serializers.CharField()
    message = serializers.CharField()


class JointDraftOut(serializers.Serializer):
    """What is to be filled in; there as long as it is a draft in the caller's hands."""

    pages = JointFormPageOut(many=True)
    materials = JointMaterialOut(many=True)
    open_points = JointPointOut(many=True)


class JointDetailOut(JointOut):
    """A joint case with its items; ``draft`` is null once it is handed in, or while another person fills it in."""

    situation = serializers.DictField()
    receipt_number = serializers.CharField()
    items = serializers.SerializerMethodField()
    draft = serializers.SerializerMethodField()

    def get_is_over(self, joint: JointCase) -> bool:
        """Whether every item has come to its end."""
        return joint.submitted_at is not None and is_over(self.context["items"])

    @extend_schema_field(JointItemOut(many=True))
    def get_items(self, joint: JointCase) -> list[dict[str, Any]]:
        """Every item in the order of the bundle."""
        return list(JointItemOut(self.context["items"], many=True, context=self.context).data)

    @extend_schema_field(JointDraftOut(allow_null=True))
    def get_draft(self, joint: JointCase) -> dict[str, Any] | None:
        """The one form, the materials, and what is open."""
        whole: Union | None = self.context["whole"]
        return None if whole is None else dict(JointDraftOut(_draft(whole)).data)


def _draft(whole: Union) -> dict[str, Any]:
    points = [dict(zip(("place", "name", "message"), one, strict=True)) for one in submission.open_points(whole)]
    return {
        "pages": [_page(whole, page) for page in whole.pages],
        "materials": [_material(whole, group) for group in whole.groups],
        "open_points": points,
    }


def _page(whole: Union, page: Page) -> dict[str, Any]:
    rows = []
    for spec in page.step.fields:
        owners = page.owners.get(spec.key, ())
        known = (whole.part(owner).case.answers.get(spec.key) for owner in owners)
        answer: dict[str, Any] = next((one for one in known if one is not None), {})
        rows.append(
            {
                "key": spec.key,
                "items": owners,
                "form": field_schema(spec),
                "value": answer.get("value"),
                "value_source": answer.get("source", ""),
            }
        )
    return {"key": page.step.key, "title": page.step.title, "inputs": rows}


def _material(whole: Union, group: Group) -> dict[str, Any]:
    row = group.shown
    keys = {part.case.pk: part.key for part in whole.parts}
    return {
        "id": row.pk,
        "key": row.requirement.key,
        "name": row.name,
        "items": [keys[one.case_id] for one in group.rows],
        "is_optional": group.is_optional,
        "way": row.way,
        "way_label": row.get_way_display(),
        "reason": row.reason,
        "passed_over": row.passed_over,
        "promise_text": row.requirement.promise_text,
        "defer_days": row.requirement.defer_days,
    }
