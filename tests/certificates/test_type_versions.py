"""Certificate types: drafts, the second person, what certificates keep, and what a change must not break."""

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import timezone

from certificates import errors
from certificates.actions import issue
from certificates.faces import face_of
from certificates.models import Certificate, CertificateType, CertificateTypeVersion, TypeDuty, TypeStep
from certificates.type_actions import define_type
from certificates.types import actions, queries
from certificates.types.content import FieldPart, TypeContent, content_of
from certificates.types.findings import RULES, check_type
from certificates.wallet import fields as wallet_fields
from common.errors import Forbidden
from common.models import AuditEvent
from identity.actor import SYSTEM, Actor
from identity.models import Post, PostHolding
from identity.reviewing.errors import (
    DateInvalid,
    NoteMissing,
    OpenVersionExists,
    SamePerson,
    StaleVersion,
    StepNotAllowed,
)
from identity.reviewing.states import VersionAction
from tests.factories.cast import Cast, a_member_of_staff, a_type, build_cast
from tests.factories.catalogue import a_post

pytestmark = pytest.mark.django_db
A = VersionAction


@pytest.fixture
def cast() -> Cast:
    return build_cast()


@pytest.fixture
def writer(cast) -> Actor:
    return a_member_of_staff("2001", a_post(cast.scjg, "证照科"), PostHolding.Role.DATA_OFFICER)


@pytest.fixture
def second(cast) -> Actor:
    return a_member_of_staff("2002", a_post(cast.scjg, "证照科长"), PostHolding.Role.DATA_OFFICER)


def everything() -> tuple[object, ...]:
    """What must be the same after a refusal."""
    rows = CertificateTypeVersion.objects.order_by("pk").values_list("pk", "state", "revision", "content", "note")
    kinds = CertificateType.objects.order_by("pk").values_list("pk", "name", "fields", "template", "current_id")
    return list(rows), list(kinds), TypeStep.objects.count(), AuditEvent.objects.count(), TypeDuty.objects.count()


def draft(actor: Actor, kind: CertificateType, **change: object) -> CertificateTypeVersion:
    return actions.open_draft(actor, type_id=kind.pk, content=replace(content_of(kind), **change))


def step(actor: Actor, version: CertificateTypeVersion, action: A, **more: object) -> CertificateTypeVersion:
    now = CertificateTypeVersion.objects.get(pk=version.pk)
    return actions.step_type(actor, version_id=version.pk, action=action, expected_revision=now.revision, **more)


def in_force(writer: Actor, second: Actor, version: CertificateTypeVersion) -> None:
    step(writer, version, A.SUBMIT)
    step(second, version, A.APPROVE)
    step(second, version, A.PUBLISH)


def licence(cast: Cast) -> Certificate:
    return Certificate.objects.select_related("type__current", "holder__person", "holder__organisation", "issuer").get(
        pk=cast.licence.pk
    )


def test_a_draft_comes_in_force_by_a_second_person_and_holds_for_the_next_certificate(cast, writer, second):
    kind = cast.food_licence
    old = issue(SYSTEM, certificate_type=kind, holder=cast.shop.party, issuer=cast.scjg, face={"address": "1号"})
    fields = (*content_of(kind).fields, FieldPart(key="scope", label="经营项目"))
    version = draft(writer, kind, fields=fields, is_single_instance=False)
    kind.refresh_from_db()
    assert len(kind.fields) == 2
    in_force(writer, second, version)
    kind = CertificateType.objects.get(pk=kind.pk)
    assert [field["key"] for field in kind.fields] == ["name", "address", "scope"]
    face = {"address": "2号", "scope": "热食"}
    new = issue(SYSTEM, certificate_type=kind, holder=cast.shop.party, issuer=cast.scjg, face=face)
    assert new.type_version_id == kind.current_id == version.pk
    assert dict(face_of(new).rows)["经营项目"] == "热食"
    again = Certificate.objects.select_related("type", "holder__organisation", "issuer").get(pk=old.pk)
    assert [field["key"] for field in queries.fields_of(again)] == ["name", "address"]


def test_an_older_certificate_is_shown_and_shared_by_the_version_it_was_issued_on(cast, writer, second):
    kind = cast.food_licence
    face = {"name": "老店", "address": "1号"}
    old = issue(SYSTEM, certificate_type=kind, holder=cast.shop.party, issuer=cast.scjg, face=face)
    fields = (
        FieldPart(key="name", label="新名称", element="org.name", sensitive=True),
        FieldPart(key="scope", label="经营项目"),
    )
    renamed = tuple(FieldPart(**{**part.stored(), "label": "新" + part.label}) for part in content_of(kind).fields)
    in_force(writer, second, draft(writer, kind, fields=(*renamed[:1], fields[1])))
    loaded = Certificate.objects.select_related("type").get(pk=old.pk)
    before = {row["key"]: row["label"] for row in kind.fields}
    assert wallet_fields.labels_of(loaded) == before
    assert wallet_fields.values_of(loaded, ["address"]) == [(before["address"], "1号")]
    assert wallet_fields.check_keys(loaded, ["address"]) == ["address"]
    in_force(writer, second, draft(writer, loaded.type, fields=(fields[0],)))
    loaded = Certificate.objects.select_related("type").get(pk=old.pk)
    assert wallet_fields.labels_of(loaded) == before
    assert "name" not in wallet_fields.usual_keys(loaded), "what became sensitive since is so on every certificate"


def test_a_certificate_is_printed_as_on_the_day_of_its_issue(cast, writer, second):
    before = face_of(licence(cast))
    kind = licence(cast).type
    change = {
        "fields": (FieldPart(key="address", label="经营场所", element="org.address"),),
        "template": "proof",
        "seal_caption": "新章",
    }
    in_force(writer, second, draft(writer, kind, **change))
    after = face_of(licence(cast))
    assert after == before
    assert licence(cast).type.template == "proof"


@pytest.mark.parametrize("action", [A.APPROVE, A.RETURN])
def test_whoever_wrote_it_does_not_review_it(cast, writer, second, action):
    version = draft(writer, cast.food_licence, name="食品证")
    step(writer, version, A.SUBMIT)
    before = everything()
    with pytest.raises(SamePerson):
        step(writer, version, action, note="改")
    assert everything() == before
    assert queries.steps_for(writer, queries.get_version(writer, version.pk)) == [A.RECALL]
    assert A.APPROVE in queries.steps_for(second, queries.get_version(second, version.pk))


def test_one_who_edited_is_no_second_person_either(cast, writer, second):
    version = draft(writer, cast.food_licence, name="食品证")
    content = TypeContent.restored(version.content)
    actions.save_draft(
        second, version_id=version.pk, content=replace(content, name="食品许可证"), expected_revision=version.revision
    )
    step(writer, version, A.SUBMIT)
    with pytest.raises(SamePerson):
        step(second, version, A.APPROVE)


def test_it_goes_back_with_words_only_and_is_not_published_before(cast, writer, second):
    version = draft(writer, cast.food_licence, name="食品证")
    step(writer, version, A.SUBMIT)
    before = everything()
    with pytest.raises(NoteMissing):
        step(second, version, A.RETURN, note="  ")
    with pytest.raises(StepNotAllowed):
        step(second, version, A.PUBLISH)
    assert everything() == before
    step(second, version, A.RETURN, note="名称不全")
    assert version.history.order_by("-id").first().note == "名称不全"
    assert CertificateType.objects.get(pk=cast.food_licence.pk).name == "食品经营许可证"


def test_two_editors_do_not_overwrite_each_other(cast, writer, second):
    version = draft(writer, cast.food_licence)
    content = TypeContent.restored(version.content)
    seen = version.revision
    actions.save_draft(
        writer, version_id=version.pk, content=replace(content, name="甲"), expected_revision=version.revision
    )
    before = everything()
    with pytest.raises(StaleVersion) as refusal:
        actions.save_draft(second, version_id=version.pk, content=replace(content, name="乙"), expected_revision=seen)
    assert "名称" in refusal.value.text
    assert everything() == before
    with pytest.raises(OpenVersionExists):
        draft(second, cast.food_licence)


def test_outsiders_neither_write_nor_see(cast, writer):
    version = draft(writer, cast.food_licence)
    content = TypeContent.restored(version.content)
    before = everything()
    for actor in (cast.citizen, cast.clerk, cast.decider, cast.outsider):
        with pytest.raises(Forbidden):
            actions.open_draft(actor, type_id=cast.food_licence.pk)
        with pytest.raises(Forbidden):
            actions.save_draft(actor, version_id=version.pk, content=content, expected_revision=version.revision)
        with pytest.raises(Forbidden):
            actions.add_type(actor, key="new", definer=cast.scjg, content=content)
        with pytest.raises(errors.TypeVersionNotFound):
            queries.get_version(actor, version.pk)
    assert everything() == before


def test_a_new_type_is_nothing_until_it_is_published(cast, writer, second):
    content = replace(content_of(cast.food_licence), name="小餐饮登记证", sequence="0A7", number_prefix="XC")
    version = actions.add_type(writer, key="small-food", definer=cast.scjg, content=content, request_key="once")
    same = actions.add_type(writer, key="small-food", definer=cast.scjg, content=content, request_key="once")
    assert same.pk == version.pk
    assert not CertificateType.objects.filter(key="small-food").exists()
    in_force(writer, second, version)
    kind = CertificateType.objects.get(key="small-food")
    assert kind.type_code == f"{cast.scjg.uscc}0A7"
    assert kind.current_id == kind.first_id == version.pk
    with pytest.raises(errors.TypeExists):
        actions.add_type(writer, key="small-food", definer=cast.scjg, content=content)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"name": " "}, "name"),
        ({"sequence": "1"}, "sequence"),
        ({"holder_kind": "dog"}, "holder_kind"),
        ({"template": "poster"}, "template"),
        ({"seal_caption": "章" * 31}, "seal_caption"),
        ({"number_pattern": "{year}"}, "number_pattern"),
        ({"number_prefix": "jy"}, "number_prefix"),
        ({"validity": {"kind": "field", "field": "nothing"}}, "validity"),
        ({"validity_months": 0}, "validity_months"),
        ({"subject_field": "nothing"}, "subject_field"),
        ({"fields": (FieldPart(key="A", label="甲"),)}, "fields"),
        ({"fields": (FieldPart(key="a", label="甲"), FieldPart(key="b", label="甲"))}, "fields"),
        ({"fields": (FieldPart(key="a", label="甲", element="drop table"),)}, "fields"),
        ({"fields": (FieldPart(key="a", label="甲", kind="file"),)}, "fields"),
        ({"body": "<script>alert(1)</script>"}, "body"),
        ({"style": "@import 'x'"}, "style"),
        ({"duties": {"issue": ("01890000-0000-7000-8000-000000000000",)}}, "duties"),
        ({"duties": {"burn": ()}}, "duties"),
        ({"name": "名\x00称"}, "name"),
    ],
)
def test_bad_content_is_refused_at_its_field(cast, writer, change, where):
    before = everything()
    with pytest.raises(errors.TypeInvalid) as refusal:
        draft(writer, cast.food_licence, **change)
    assert where in refusal.value.fields
    assert [row[0] for row in before[0]] == list(
        CertificateTypeVersion.objects.order_by("pk").values_list("pk", flat=True)
    )


def codes(version: CertificateTypeVersion) -> set[str]:
    return {finding.code for finding in check_type(version)}


def test_findings_look_at_what_was_issued(cast, writer):
    kind = licence(cast).type
    version = draft(
        writer, kind,
        fields=(FieldPart(key="name", label="名称", element="person.name"),),
        sequence="099", holder_kind="person", retention="10", validity={"kind": "months", "months": 12},
    )  # fmt: skip
    found = codes(version)
    assert {"type.code_changed", "type.field_removed", "type.field_meaning", "type.holder_narrowed"} <= found
    assert {"type.retention_shorter", "type.validity_changed"} <= found
    before = everything()
    with pytest.raises(errors.TypeRefused):
        step(writer, version, A.SUBMIT)
    assert everything() == before


def test_findings_on_the_type_itself(cast, writer):
    closed, empty = a_post(cast.scjg, "旧科"), a_post(cast.scjg, "空科")
    Post.objects.filter(pk=closed.pk).update(is_active=False)
    version = draft(
        writer, cast.food_licence,
        fields=(FieldPart(key="a", label="甲", element="org.name"), FieldPart(key="b", label="乙", element="org.name")),
        validity={"kind": "age", "age": 60}, body="<p>{{ a }}</p>", number_pattern="SP{seq:3}",
        duties={"issue": (str(closed.pk), str(empty.pk))},
    )  # fmt: skip
    expected = {"element_twice", "validity_holder", "layout_leaves_out", "number_short", "post_closed", "post_empty"}
    assert {f"type.{name}" for name in expected} <= codes(version)
    assert codes(version) <= set(RULES)


def test_a_pattern_that_can_repeat_another_types_numbers_is_an_error(cast, writer):
    a_type("other", "别的证", cast.scjg, "077", number_pattern="JY{region}{seq:10}")
    assert "type.number_meets" in codes(draft(writer, cast.food_licence))  # JY 6 digits 4 of the year 6


def test_posts_that_are_named_are_the_only_ones_afterwards(cast, writer, second):
    post = a_post(cast.scjg, "发证科")
    a_member_of_staff("2003", post, PostHolding.Role.DECIDER)
    in_force(writer, second, draft(writer, cast.food_licence, duties={"revoke": (str(post.pk),)}))
    assert list(TypeDuty.objects.values_list("right", "post_id")) == [("revoke", post.pk)]
    in_force(writer, second, draft(writer, CertificateType.objects.get(pk=cast.food_licence.pk), duties={}))
    assert not TypeDuty.objects.exists()


def test_an_import_leaves_alone_what_went_through_review(cast, writer, second):
    in_force(writer, second, draft(writer, cast.food_licence, name="食品证"))
    before = everything()
    define_type(
        SYSTEM, key="food-licence", sequence="002", name="改回去", definer=cast.scjg, holder_kind="organisation",
        template="licence", seal_caption="章", fields=[],
    )  # fmt: skip
    assert everything() == before


def test_an_import_makes_versions_and_the_same_again_none(cast):
    values = {
        "key": "imported", "sequence": "055", "name": "证", "definer": cast.scjg, "holder_kind": "person",
        "template": "card", "seal_caption": "章", "fields": [{"key": "a", "label": "甲"}],
    }  # fmt: skip
    first = define_type(SYSTEM, **values)
    define_type(SYSTEM, **values)
    assert first.versions.count() == 1
    changed = define_type(SYSTEM, **{**values, "name": "新证"})
    assert [row.state for row in changed.versions.order_by("version")] == ["retired", "published"]
    assert CertificateType.objects.get(key="imported").first.version == 1


def test_what_is_in_force_moved_meanwhile(cast, writer, second):
    version = draft(writer, cast.food_licence, name="食品证")
    step(writer, version, A.SUBMIT)
    step(second, version, A.APPROVE)
    define_type(
        SYSTEM, key="food-licence", sequence="002", name="改过", definer=cast.scjg, holder_kind="organisation",
        template="licence", seal_caption="章", fields=[{"key": "name", "label": "名称", "element": "org.name"}],
    )  # fmt: skip
    before = everything()
    with pytest.raises(errors.TypeMoved):
        step(second, version, A.PUBLISH)
    assert everything() == before


DAYS = dt.timedelta(days=1)


def planned(writer: Actor, second: Actor, kind: CertificateType, day: dt.date) -> CertificateTypeVersion:
    version = draft(writer, kind, seal_caption="新章")
    step(writer, version, A.SUBMIT)
    step(second, version, A.APPROVE)
    return step(writer, version, A.PUBLISH, effective_on=day)


def caption(kind: CertificateType) -> str:
    return str(CertificateType.objects.get(pk=kind.pk).seal_caption)


def test_a_version_planned_for_a_day_is_in_force_from_that_day_once(cast, writer, second):
    kind, today = cast.food_licence, timezone.localdate()
    before = caption(kind)
    version = planned(writer, second, kind, today + 3 * DAYS)
    assert (version.state, version.effective_on, caption(kind)) == ("approved", today + 3 * DAYS, before)
    assert actions.take_effect(SYSTEM, today=today + 2 * DAYS) == 0
    assert caption(kind) == before
    assert actions.take_effect(SYSTEM, today=today + 3 * DAYS) == 1
    assert caption(kind) == "新章"
    version.refresh_from_db()
    assert (version.state, version.published_by_id) == ("published", writer.account_id), "who planned it stays named"
    assert actions.take_effect(SYSTEM, today=today + 4 * DAYS) == 0


def test_what_was_planned_and_recalled_or_published_at_once_waits_for_no_day(cast, writer, second):
    kind, today = cast.food_licence, timezone.localdate()
    version = planned(writer, second, kind, today + 3 * DAYS)
    step(writer, version, A.RECALL)
    assert actions.take_effect(SYSTEM, today=today + 9 * DAYS) == 0
    step(writer, version, A.SUBMIT)
    step(second, version, A.APPROVE)
    assert actions.take_effect(SYSTEM, today=today + 9 * DAYS) == 0, "approved anew, nobody has published it"
    step(writer, version, A.PUBLISH, effective_on=today + 5 * DAYS)
    assert step(writer, version, A.PUBLISH).state == "published"
    assert caption(kind) == "新章"


def test_what_no_longer_fits_on_its_day_goes_back_to_its_author_with_the_reason(cast, writer, second):
    kind, today = cast.food_licence, timezone.localdate()
    before, version = caption(kind), planned(writer, second, kind, today + 3 * DAYS)
    CertificateType.objects.filter(pk=kind.pk).update(current=None)
    assert actions.take_effect(SYSTEM, today=today + 3 * DAYS) == 0
    version.refresh_from_db()
    assert (version.state, version.published_by_id, caption(kind)) == ("returned", None, before)
    assert version.history.last().note == errors.TypeMoved().text


@pytest.mark.parametrize("days", [-1, 800])
def test_a_day_that_cannot_be_is_refused_and_a_second_person_is_needed_all_the_same(cast, writer, second, days):
    version = draft(writer, cast.food_licence, seal_caption="新章")
    step(writer, version, A.SUBMIT)
    with pytest.raises(StepNotAllowed):
        step(writer, version, A.PUBLISH, effective_on=timezone.localdate() + DAYS)
    with pytest.raises(SamePerson):
        step(writer, version, A.APPROVE)
    step(second, version, A.APPROVE)
    before = everything()
    with pytest.raises(DateInvalid) as refused:
        step(writer, version, A.PUBLISH, effective_on=timezone.localdate() + days * DAYS)
    assert set(refused.value.fields) == {"effective_on"}
    assert everything() == before
