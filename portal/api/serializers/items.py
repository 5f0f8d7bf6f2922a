"""Service items as they go out, and the query that asks for them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.api.paging import MAX_LIMIT
from services.codes import Audience, ItemType, OnlineDepth
from services.descriptions import PARTS, FeePart, MaterialPart, VersionContent, column_names
from services.listing import STATES
from services.models import FeeItem, ItemVersion, MaterialRequirement, ServiceItem
from services.pieces import pieces_of

_NOT_TOLD = ("source_row", "result_type_id", "is_applicable_online")


_REGION_CODE = r"^[0-9]{6}([0-9]{3}){0,2}$"


class ItemQuery(serializers.Serializer):
    """What to look for, and which page: ``limit`` rows after ``cursor``."""

    limit = serializers.IntegerField(min_value=1, max_value=MAX_LIMIT, default=20, help_text="每页条数")
    cursor = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=200, help_text="翻页标记，只用 next 里给的"
    )
    region = serializers.RegexField(_REGION_CODE, required=False, help_text="行政区划代码，只列这一级实施的")
    serves = serializers.RegexField(
        _REGION_CODE,
        required=False,
        help_text="办事人所在地的行政区划代码：同一件事只列离那里最近的一级实施的，本级没有就列上一级的，和网站搜索一样",
    )
    level = serializers.IntegerField(required=False, min_value=1, max_value=5, help_text="1 省级 … 5 村级")
    type = serializers.ChoiceField(ItemType.choices, required=False, help_text="事项类型代码")
    online_depth = serializers.ChoiceField(
        [(int(value), label) for value, label in OnlineDepth.choices],
        required=False,
        help_text="网上办理深度，至少到这一级",
    )
    state = serializers.ChoiceField(list(STATES), default="active", help_text="在用、暂停、取消或全部")
    updated_since = serializers.DateTimeField(required=False, help_text="这个时间以后变过的，先变的在前")

    q = serializers.CharField(required=False, allow_blank=True, default="", max_length=100, help_text="搜索词")
    department = serializers.CharField(required=False, max_length=100, help_text="实施部门全称或统一社会信用代码")
    theme = serializers.RegexField(r"^[po][0-9]{3}$", required=False, help_text="主题：p 或 o 加三位代码，如 p090")
    audience = serializers.ChoiceField(Audience.choices, required=False, help_text="服务对象代码")


class LimitOut(serializers.Serializer):
    """A time limit; ``unit`` is W working days or N calendar days."""

    days = serializers.IntegerField(allow_null=True)
    unit = serializers.CharField()


class ItemOut(serializers.Serializer):
    """An item in a list."""

    id = serializers.UUIDField()
    code = serializers.CharField(help_text="事项对外的编码：业务办理项编码、实施编码或地方编码")
    task_code = serializers.CharField(allow_null=True, help_text="实施编码（31 位）")
    handle_code = serializers.CharField(allow_null=True, help_text="业务办理项编码（33 位）")
    local_code = serializers.CharField()
    catalog_code = serializers.CharField(source="entry.catalog_code", default="", help_text="基本编码（12 位）")
    name = serializers.CharField()
    summary = serializers.CharField(source="current.summary")
    department = serializers.CharField(source="department_name")
    region = serializers.CharField(source="region.code")
    item_type = serializers.CharField()
    item_type_label = serializers.CharField(source="get_item_type_display")
    state = serializers.CharField(help_text="1 在用，2 暂停，3 取消")
    audience = serializers.ListField(child=serializers.CharField(), source="current.audience")
    is_applicable_online = serializers.BooleanField(source="current.is_applicable_online")
    online_depth = serializers.ListField(child=serializers.CharField(), source="current.online_depth")
    version = serializers.IntegerField(source="current.version")
    updated_at = serializers.DateTimeField()
    statutory_limit = serializers.SerializerMethodField()
    promised_limit = serializers.SerializerMethodField()
    visits = serializers.IntegerField(source="current.visits")

    @extend_schema_field(LimitOut)
    def get_statutory_limit(self, item: ServiceItem) -> dict[str, Any]:
        """法定办结时限."""
        version = item.current
        return {"days": version and version.statutory_days, "unit": version and version.statutory_unit}

    @extend_schema_field(LimitOut)
    def get_promised_limit(self, item: ServiceItem) -> dict[str, Any]:
        """承诺办结时限."""
        version = item.current
        return {"days": version and version.promise_days, "unit": version and version.promise_unit}


class ItemPage(serializers.Serializer):
    """A page of items."""

    results = ItemOut(many=True)
    next = serializers.URLField(allow_null=True)


class LegalBasisOut(serializers.Serializer):
    """设定依据."""

    law = serializers.CharField()
    article = serializers.CharField()
    kind = serializers.CharField()
    number = serializers.CharField()
    gist = serializers.CharField()


class PieceOut(serializers.Serializer):
    """A piece of a material; ``satisfied_by`` are the names of the certificates that replace it."""

    key = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    satisfied_by = serializers.ListField(child=serializers.CharField())


class MaterialOut(serializers.ModelSerializer):
    """申请材料, every element."""

    need_label = serializers.CharField(source="get_need_display")
    when = serializers.DictField()
    satisfied_by = serializers.SerializerMethodField()
    may_promise = serializers.SerializerMethodField()
    pieces = serializers.SerializerMethodField()

    class Meta:
        model = MaterialRequirement
        fields = (*column_names(MaterialPart), "need_label", "satisfied_by", "may_promise")

    def get_satisfied_by(self, material: Any) -> list[str]:
        """Names of the certificates that replace it."""
        return [kind.name for kind in material.satisfied_by.all()]

    @extend_schema_field(PieceOut(many=True))
    def get_pieces(self, material: Any) -> list[dict[str, Any]]:
        """Its pieces: any of them or all, as ``combination`` says; none where it is one whole."""
        names = {kind.pk: kind.name for kind in material.satisfied_by.all()}
        return [
            {
                "key": one.key,
                "name": one.name,
                "kind": one.kind,
                "satisfied_by": sorted(names[key] for key in one.types if key in names),
            }
            for one in pieces_of(material)
        ]

    def get_may_promise(self, material: Any) -> bool:
        """Whether a declaration may stand in for it."""
        return bool(material.promise_text)


class FeeOut(serializers.ModelSerializer):
    """收费项目, every element; ``amount`` in yuan."""

    class Meta:
        model = FeeItem
        fields = column_names(FeePart)


class FaqOut(serializers.Serializer):
    """常见问题."""

    question = serializers.CharField()
    answer = serializers.CharField()


class SituationOut(serializers.Serializer):
    """办理情形."""

    key = serializers.CharField()
    question = serializers.CharField()
    help = serializers.CharField()
    options = serializers.ListField(child=serializers.DictField())
    when = serializers.DictField()


class StageOut(serializers.Serializer):
    """One branch of the review; ``days`` in working days."""

    key = serializers.CharField()
    name = serializers.CharField()
    department = serializers.CharField(source="department.name")
    days = serializers.IntegerField()
    is_substantive = serializers.BooleanField()


class ElementsOut(serializers.ModelSerializer):
    """Every element of a version that has no place of its own in the guide; names as in docs/exchange.md."""

    version = serializers.IntegerField()
    effective_on = serializers.DateField(allow_null=True)
    result_type = serializers.CharField(source="result_type.key", default=None, allow_null=True)
    local_themes_person = serializers.ListField(child=serializers.CharField())
    local_themes_org = serializers.ListField(child=serializers.CharField())
    joint_bodies = serializers.ListField(child=serializers.DictField())
    audience = serializers.ListField(child=serializers.CharField())
    themes_person = serializers.ListField(child=serializers.CharField())
    themes_org = serializers.ListField(child=serializers.CharField())
    handle_forms = serializers.ListField(child=serializers.CharField())
    online_depth = serializers.ListField(child=serializers.CharField())
    conditions = serializers.ListField(child=serializers.CharField())
    flow = serializers.ListField(child=serializers.CharField())
    steps = serializers.ListField(child=serializers.DictField())
    synonyms = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = ItemVersion
        fields = (
            "version",
            "effective_on",
            "result_type",
            *(name for name in column_names(VersionContent) if name not in (*_NOT_TOLD, *PARTS)),
        )


class VersionOut(serializers.Serializer):
    """A version in the list of them; ``state`` is published or retired."""

    version = serializers.IntegerField()
    state = serializers.CharField()
    name = serializers.CharField()
    effective_on = serializers.DateField(allow_null=True)


class GuideOut(serializers.Serializer):
    """An item with its whole guide; built from :class:`services.queries.Guide`."""

    item = ItemOut()
    conditions = serializers.ListField(child=serializers.CharField(), source="version.conditions")
    audience = serializers.ListField(child=serializers.CharField())
    themes = serializers.ListField(child=serializers.CharField())
    legal_bases = LegalBasisOut(many=True)
    situations = SituationOut(many=True)
    materials = MaterialOut(many=True)
    fees = FeeOut(many=True)
    route = StageOut(many=True)
    faqs = FaqOut(many=True)
    result_name = serializers.CharField(source="version.result_name")
    place = serializers.CharField(source="version.hall_place")
    hours = serializers.CharField(source="version.hall_hours")
    consult_phone = serializers.CharField(source="version.consult_phone")
    complaint_phone = serializers.CharField(source="version.complaint_phone")
    elements = ElementsOut(source="version")


class FormQuestionOut(serializers.Serializer):
    """A question whose answer decides which fields apply."""

    key = serializers.CharField()
    question = serializers.CharField()
    options = serializers.ListField(child=serializers.DictField())
    when = serializers.DictField()


class FormOut(serializers.Serializer):
    """The application form of an item."""

    version = serializers.IntegerField()
    situations = FormQuestionOut(many=True)
    form = serializers.DictField(help_text="JSON Schema（2020-12）；x-steps 是页，x-when 是栏目适用的情形")
