"""Bundles (一件事) as they go out, and the answers that ask for a plan."""

from rest_framework import serializers

from portal.api.paging import PageQuery
from portal.api.serializers.items import SituationOut
from services.bundles.codes import LifeEvent, Side

_REGION = r"^[0-9]{6}([0-9]{3}){0,2}$"


class BundleQuery(PageQuery):
    """Which bundles."""

    side = serializers.ChoiceField(Side.choices, required=False, help_text="个人或单位")
    life_event = serializers.ChoiceField(LifeEvent.choices, required=False, help_text="阶段")
    q = serializers.CharField(required=False, allow_blank=True, default="", max_length=100, help_text="名称或叫法")


class BundleOut(serializers.Serializer):
    """A bundle in a list."""

    code = serializers.CharField()
    name = serializers.CharField(source="current.name")
    summary = serializers.CharField(source="current.summary")
    side = serializers.CharField(source="current.side")
    life_event = serializers.CharField(source="current.life_event")
    department = serializers.CharField(source="department.name", help_text="牵头部门")
    region = serializers.CharField(source="region.code")
    version = serializers.IntegerField(source="current.version")
    effective_on = serializers.DateField(source="current.effective_on", allow_null=True)


class BundlePage(serializers.Serializer):
    """A page of bundles."""

    results = BundleOut(many=True)
    next = serializers.URLField(allow_null=True)


class BundleMemberOut(serializers.Serializer):
    """One item of a bundle, by its directory entry; ``item_code`` is who serves the region, null where nobody does."""

    key = serializers.CharField()
    catalog_code = serializers.CharField()
    name = serializers.CharField()
    item_code = serializers.CharField(allow_null=True)
    when = serializers.DictField()
    after = serializers.ListField(child=serializers.CharField())
    answers = serializers.DictField()
    note = serializers.CharField()


class BundleDetailOut(serializers.Serializer):
    """A bundle with its questions and members."""

    bundle = BundleOut()
    legal_bases = serializers.ListField(child=serializers.DictField())
    synonyms = serializers.ListField(child=serializers.CharField())
    questions = SituationOut(many=True)
    members = BundleMemberOut(many=True)


class RegionQuery(serializers.Serializer):
    """For whom: the region decides which implementation of each item is meant."""

    region = serializers.RegexField(_REGION, required=False, help_text="行政区划代码，不填是一件事自己的地区")


class PlanIn(RegionQuery):
    """Answers to the bundle's questions, by key."""

    answers = serializers.DictField(child=serializers.CharField(max_length=40), default=dict)


class PlanItemOut(serializers.Serializer):
    """One item of a plan; ``start`` and ``end`` are working days from the beginning."""

    key = serializers.CharField()
    item_code = serializers.CharField(source="item.code")
    name = serializers.CharField(source="version.name")
    department = serializers.CharField(source="item.department_name")
    version = serializers.IntegerField(source="version.version")
    situation = serializers.DictField()
    days = serializers.IntegerField(allow_null=True, help_text="工作日，没有公布的为空")
    visits = serializers.IntegerField(source="version.visits")
    start = serializers.IntegerField(source="span.start")
    end = serializers.IntegerField(source="span.end")
    is_critical = serializers.BooleanField(source="span.is_critical")
    waits = serializers.ListField(child=serializers.CharField())


class PlanFieldOut(serializers.Serializer):
    """A field filled in once."""

    key = serializers.CharField(source="spec.key")
    name = serializers.CharField(source="spec.label")
    type = serializers.CharField(source="spec.type")
    element = serializers.CharField(source="spec.element")
    is_required = serializers.BooleanField()
    members = serializers.ListField(child=serializers.CharField())


class PlanMaterialOut(serializers.Serializer):
    """A material handed in once."""

    name = serializers.CharField(source="lead.name")
    is_optional = serializers.BooleanField()
    members = serializers.ListField(child=serializers.CharField())


class ProducedOut(serializers.Serializer):
    """A material that an earlier member's result is."""

    name = serializers.CharField(source="asked.name")
    member = serializers.CharField(source="asked.member")
    by = serializers.CharField()


class CountOut(serializers.Serializer):
    """One line of the comparison: forms, fields, materials, visits, days."""

    key = serializers.CharField()
    separately = serializers.IntegerField()
    together = serializers.IntegerField()
    saved = serializers.IntegerField()


class PlanOut(serializers.Serializer):
    """The plan, or the question to answer first: ``next_question`` is null when all are answered."""

    answers = serializers.DictField()
    next_question = SituationOut(allow_null=True)
    items = PlanItemOut(many=True)
    missing = serializers.ListField(child=serializers.CharField(), help_text="本地没有人实施的成员")
    fields_once = PlanFieldOut(many=True)
    materials_once = PlanMaterialOut(many=True)
    produced = ProducedOut(many=True)
    saving = CountOut(many=True)
    total_days = serializers.IntegerField()
