"""A small bundle of two items, and the way to its publication."""

from typing import Any

from identity.reviewing.states import VersionAction
from services.bundles import editing
from services.bundles.content import BundleContent, MemberPart
from services.descriptions import MaterialPart, SituationPart
from services.models import Bundle, BundleVersion, ServiceItem
from tests.factories.catalogue import a_certificate_type
from tests.factories.editing import Desk, a_published_item

YES_NO = [{"value": "yes", "label": "是"}, {"value": "no", "label": "否"}]
KIND = SituationPart(key="kind", question="办哪一种？", options=YES_NO)
BASIS = {"law": "关于进一步优化政务服务提升行政效能推动“高效办成一件事”的指导意见", "number": "国发〔2024〕3号"}


def two_items(desk: Desk) -> tuple[ServiceItem, ServiceItem]:
    """Opening (issues nothing) and selling; both want the licence and a floor plan, and ask for the name."""
    licence = a_certificate_type()
    field = {"key": "org.name", "label": "名称", "type": "text", "element": ""}
    steps = [{"key": "s", "title": "页", "fields": [{**field, "key": "own", "label": "甲栏"}]}]

    def material(key: str, **more: Any) -> MaterialPart:
        return MaterialPart(key=key, name=key, legal="示范法第一条", **more)

    both = (
        material("licence", satisfied_by=frozenset([licence.pk]), source_type="20"),
        material("plan", kind="floor-plan"),
    )
    audience = {"audience": ["2"], "themes_person": [], "themes_org": ["010"], "steps": steps}
    first = a_published_item(desk, "甲许可", materials=both, **audience)
    second = a_published_item(desk, "乙许可", materials=both, situations=(KIND,), **audience)
    return first, second


def good_bundle(first: ServiceItem, second: ServiceItem, **changes: Any) -> BundleContent:
    """Content that passes every check: the second waits for the first and is asked for by one question."""
    values: dict[str, Any] = {
        "name": "开办示范店",
        "side": "org",
        "life_event": "opening",
        "synonyms": ["开店"],
        "legal_bases": [BASIS],
        "questions": (SituationPart(key="sells", question="要卖吗？", options=YES_NO),),
        "members": (
            MemberPart(key="first", entry_id=first.entry_id),
            MemberPart(
                key="second",
                entry_id=second.entry_id,
                when={"sells": "yes"},
                after=("first",),
                answers={"kind": {"question": "sells", "values": {"yes": "yes"}}},
            ),
        ),
    }
    return BundleContent(**{**values, **changes})


def through(desk: Desk, draft: BundleVersion, **when: Any) -> BundleVersion:
    """Submit, approve by the second person, publish."""
    for who, action in ((desk.ann, "submit"), (desk.ben, "approve"), (desk.ann, "publish")):
        given = when if action == "publish" else {}
        draft = editing.step(
            who, version_id=draft.pk, action=VersionAction(action), expected_revision=draft.revision, **given
        )
    return draft


def a_bundle(desk: Desk, **changes: Any) -> Bundle:
    """A published bundle of two items."""
    content = good_bundle(*two_items(desk), **changes)
    draft = editing.add_bundle(desk.ann, code="open-shop", department=desk.department, content=content)
    return Bundle.objects.get(pk=through(desk, draft).bundle_id)
