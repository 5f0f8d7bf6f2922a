"""Service items as they go out, and the query that asks for them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.api.paging import PageQuery
from services.models import ServiceItem


class ItemQuery(PageQuery):
    """What to look for."""

    q = serializers.CharField(required=False, allow_blank=True, default="", max_length=100, help_text="搜索词")
    department = serializers.CharField(required=False, max_length=100, help_text="实施部门全称")
    theme = serializers.RegexField(r"^[po][0-9]{3}$", required=False, help_text="主题：p 或 o 加三位代码，如 p090")
    audience = serializers.RegexField(r"^[1-9]$", required=False, help_text="服务对象代码：1 自然人，2 企业法人 …")


class LimitOut(serializers.Serializer):
    """A time limit; ``unit`` is W working days or N calendar days."""

    days = serializers.IntegerField(allow_null=True)
    unit = serializers.CharField()


class ItemOut(serializers.Serializer):
    """An item in a list."""

    id = serializers.UUIDField()
    task_code = serializers.CharField(allow_null=True, help_text="实施编码（31 位）")
    local_code = serializers.CharField()
    name = serializers.CharField()
    summary = serializers.CharField(source="current.summary")
    department = serializers.CharField(source="department_name")
    region = serializers.CharField(source="region.code")
    item_type = serializers.CharField()
    item_type_label = serializers.CharField(source="get_item_type_display")
    audience = serializers.ListField(child=serializers.CharField(), source="current.audience")
    is_applicable_online = serializers.BooleanField(source="current.is_applicable_online")
    version = serializers.IntegerField(source="current.version")
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


class MaterialOut(serializers.Serializer):
    """申请材料."""

    key = serializers.CharField()
    name = serializers.CharField()
    need = serializers.CharField()
    need_label = serializers.CharField(source="get_need_display")
    when = serializers.DictField()
    proof_of = serializers.CharField()
    satisfied_by = serializers.SerializerMethodField()
    may_promise = serializers.SerializerMethodField()
    defer_days = serializers.IntegerField(allow_null=True)
    legal = serializers.CharField()
    note = serializers.CharField()

    def get_satisfied_by(self, material: Any) -> list[str]:
        """Names of the certificates that replace it."""
        return [kind.name for kind in material.satisfied_by.all()]

    def get_may_promise(self, material: Any) -> bool:
        """Whether a declaration may stand in for it."""
        return bool(material.promise_text)


class FeeOut(serializers.Serializer):
    """收费项目; ``amount`` in yuan."""

    name = serializers.CharField()
    standard = serializers.CharField()
    basis = serializers.CharField()
    amount = serializers.DecimalField(max_digits=16, decimal_places=2, allow_null=True)
    reduction = serializers.CharField()


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
