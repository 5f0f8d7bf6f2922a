"""A data element is changed by one person and reviewed by another, as everything in the catalogue."""

import pytest
from django.db import IntegrityError, transaction

from common.errors import Forbidden
from common.models import AuditEvent
from identity.actor import SYSTEM
from identity.reviewing.states import VersionAction
from services import element_desk
from services.actions import save_data_elements
from services.editing import element_versions
from services.editing.errors import NoteMissing, OpenVersionExists, SamePerson, StaleVersion, StepNotAllowed
from services.errors import ElementExists, ElementInvalid, ElementNotFound, VersionNotFound
from services.exchange.references import take_reference
from services.models import CatalogueStep, DataElement, ElementVersion
from tests.factories.cast import build_cast
from tests.factories.editing import a_desk, an_element, through_review

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return a_desk()


def step(who, draft, action, **more):
    return element_versions.step(
        who, version_id=draft.pk, action=VersionAction(action), expected_revision=draft.revision, **more
    )


def now() -> tuple:
    """All that a refusal must leave as it is."""
    return (
        list(DataElement.objects.order_by("code").values()),
        list(ElementVersion.objects.order_by("id").values()),
        CatalogueStep.objects.count(),
        AuditEvent.objects.count(),
    )


def refused(error, act):
    before = now()
    with pytest.raises(error) as caught, transaction.atomic():
        act()
    assert now() == before
    return caught.value


def test_a_new_element_is_there_once_a_second_person_agreed(desk):
    draft = element_versions.add_element(desk.ann, element=an_element())
    assert not DataElement.objects.exists()
    sent = step(desk.ann, draft, "submit")
    assert not DataElement.objects.exists()
    agreed = step(desk.ben, sent, "approve", note="可以")
    assert not DataElement.objects.exists()
    step(desk.ann, agreed, "publish")
    assert DataElement.objects.get(code="premises.area").name == "面积"
    said = [(one.action, one.account_id) for one in draft.history.all()]
    ann, ben = desk.ann.account_id, desk.ben.account_id
    assert said == [("begin", ann), ("submit", ann), ("approve", ben), ("publish", ann)]


def test_nobody_reviews_what_they_wrote_changed_or_submitted(desk):
    draft = element_versions.add_element(desk.ann, element=an_element())
    changed = element_versions.save_draft(
        desk.cai, version_id=draft.pk, element=an_element(name="建筑面积"), expected_revision=draft.revision
    )
    sent = step(desk.ann, changed, "submit")
    for who in (desk.ann, desk.cai):
        refused(SamePerson, lambda who=who: step(who, sent, "approve"))
        refused(SamePerson, lambda who=who: step(who, sent, "return", note="不行"))
        assert VersionAction.APPROVE not in element_desk.steps_for(who, sent)
    assert VersionAction.APPROVE in element_desk.steps_for(desk.ben, sent)
    with pytest.raises(IntegrityError), transaction.atomic():
        ElementVersion.objects.filter(pk=sent.pk).update(reviewed_by=desk.ann.account_id)


def test_what_is_in_force_stays_while_a_change_is_reviewed_and_the_old_version_is_kept(desk):
    through_review(desk, element_versions.add_element(desk.ann, element=an_element()))
    draft = element_versions.open_draft(desk.ann, element=an_element(name="建筑面积", most="1000"))
    sent = step(desk.ann, draft, "submit")
    returned = step(desk.ben, sent, "return", note="上限太小")
    assert DataElement.objects.get().name == "面积"
    better = element_versions.save_draft(
        desk.ann,
        version_id=draft.pk,
        element=an_element(name="建筑面积", most="100000"),
        expected_revision=returned.revision,
    )
    new = through_review(desk, better)
    assert DataElement.objects.get().most == "100000"
    assert list(ElementVersion.objects.order_by("version").values_list("version", "state")) == [
        (1, "retired"),
        (2, "published"),
    ]
    first = ElementVersion.objects.get(version=1)
    assert [one.label for one in element_desk.side_by_side(first, new) if one.is_changed] == [
        "名称",
        "最大值或者最晚日期",
    ]


def test_steps_out_of_order_change_nothing(desk):
    draft = element_versions.add_element(desk.ann, element=an_element())
    for action in ("approve", "publish", "recall", "return"):
        refused(StepNotAllowed, lambda action=action: step(desk.ben, draft, action, note="x"))
    for action in ("edit", "replace"):
        refused((VersionNotFound, StepNotAllowed), lambda action=action: step(desk.ben, draft, action))
    refused(OpenVersionExists, lambda: element_versions.add_element(desk.cai, element=an_element()))
    sent = step(desk.ann, draft, "submit")
    refused(StaleVersion, lambda: step(desk.ben, draft, "approve"))
    refused(NoteMissing, lambda: step(desk.ben, sent, "return", note=" "))
    save = {"version_id": draft.pk, "element": an_element(name="别的"), "expected_revision": sent.revision}
    refused(StepNotAllowed, lambda: element_versions.save_draft(desk.ann, **save))


def test_what_cannot_be_and_who_may_not(desk):
    bad = an_element("Bad", name="", type="text", pattern="(a+)+$", least="1", choices=("甲",))
    error = refused(ElementInvalid, lambda: element_versions.add_element(desk.ann, element=bad))
    assert set(error.fields) == {"code", "name", "pattern", "pattern_message", "least", "choices"}
    refused(ElementNotFound, lambda: element_versions.open_draft(desk.ann, element=an_element()))
    clerk = build_cast().clerk
    refused(Forbidden, lambda: element_versions.add_element(clerk, element=an_element()))
    through_review(desk, element_versions.add_element(desk.ann, element=an_element()))
    refused(ElementExists, lambda: element_versions.add_element(desk.ann, element=an_element()))
    refused(Forbidden, lambda: save_data_elements(desk.ann, elements=[an_element(name="别的")]))


def test_the_same_again_changes_nothing_and_a_discarded_first_draft_frees_the_code(desk):
    draft = element_versions.add_element(desk.ann, element=an_element())
    before = now()
    element_versions.save_draft(desk.ann, version_id=draft.pk, element=an_element(), expected_revision=draft.revision)
    assert now() == before
    step(desk.ann, draft, "discard")
    again = element_versions.add_element(desk.cai, element=an_element(name="使用面积"))
    assert again.version == 2


def test_a_list_does_not_write_over_what_people_here_decided(desk):
    through_review(desk, element_versions.add_element(desk.ann, element=an_element()))
    row = {"kind": "element", "code": "premises.area", "name": "清单里的面积", "type": "decimal"}
    before = now()
    assert save_data_elements(SYSTEM, elements=[an_element(name="清单里的面积")]) == 0
    assert take_reference(SYSTEM, row).code == "maintained_here"
    assert take_reference(SYSTEM, {**row, "name": "面积"}) is None  # says the same
    assert now() == before
    assert take_reference(SYSTEM, {**row, "code": "premises.floor"}) is None
    assert DataElement.objects.get(code="premises.floor").name == "清单里的面积"
