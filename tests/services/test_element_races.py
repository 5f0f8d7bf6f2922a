"""Two people at once on one data element, or on one hall's name: the second is told, nothing is written twice."""

import pytest

from identity.actor import SYSTEM
from identity.halls.actions import HallDetails, save_hall, set_hall_in_use
from identity.models import Hall
from identity.reviewing.states import VersionAction
from services.actions import save_data_elements
from services.editing.element_versions import add_element, open_draft, save_draft, step
from services.models import DataElement, ElementVersion
from tests.factories.editing import a_desk, an_element, through_review
from tests.factories.guides import a_hall
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def refusals(results) -> list[str]:
    return [result for result in results if isinstance(result, str)]


def test_two_registering_one_element_at_once_register_it_once():
    desk = a_desk()
    results = at_once(*[lambda who=who: add_element(who, element=an_element()) for who in (desk.ann, desk.cai)])
    assert refusals(results) == ["services.open_version_exists"]
    assert ElementVersion.objects.count() == 1


def test_two_changing_one_draft_at_once_lose_nothing():
    desk = a_desk()
    draft = add_element(desk.ann, element=an_element())
    results = at_once(
        *[
            lambda who=who, name=name: save_draft(
                who, version_id=draft.pk, element=an_element(name=name), expected_revision=draft.revision
            )
            for who, name in ((desk.ann, "建筑面积"), (desk.cai, "使用面积"))
        ]
    )
    assert refusals(results) == ["services.stale_version"]
    draft.refresh_from_db()
    assert draft.name in {"建筑面积", "使用面积"}
    assert draft.revision == 2


def test_a_change_and_a_review_at_once_never_publish_what_nobody_saw():
    desk = a_desk()
    draft = add_element(desk.ann, element=an_element())
    sent = step(desk.ann, version_id=draft.pk, action=VersionAction.SUBMIT, expected_revision=draft.revision)
    same = {"version_id": sent.pk, "expected_revision": sent.revision}
    results = at_once(
        lambda: step(desk.ann, action=VersionAction.RECALL, **same),
        lambda: step(desk.ben, action=VersionAction.APPROVE, **same),
    )
    assert refusals(results) == ["services.stale_version"]
    assert not DataElement.objects.exists()


def test_a_list_and_an_editor_at_once_leave_the_element_to_the_editor_or_come_first():
    desk = a_desk()
    through_review(desk, add_element(desk.ann, element=an_element()))
    at_once(
        lambda: save_data_elements(SYSTEM, elements=[an_element(name="清单里的面积")]),
        lambda: open_draft(desk.ann, element=an_element(name="使用面积")),
    )
    assert DataElement.objects.get().name == "面积"


def test_two_opening_halls_of_one_name_at_once_open_one():
    desk = a_desk()
    details = HallDetails(department=desk.department, region=desk.department.region, name="大厅", address="路1号")
    results = at_once(*[lambda who=who: save_hall(who, details=details) for who in (desk.ann, desk.cai)])
    assert refusals(results) == ["hall.invalid"]
    assert Hall.objects.count() == 1


def test_two_halls_of_one_name_put_back_at_once_come_back_once():
    desk = a_desk()
    halls = [a_hall(desk.department, is_active=False) for _ in range(2)]
    results = at_once(
        *[
            lambda who=who, hall=hall: set_hall_in_use(who, hall_id=hall.pk, in_use=True)
            for who, hall in zip((desk.ann, desk.cai), halls, strict=True)
        ]
    )
    assert refusals(results) == ["hall.invalid"]
    assert Hall.objects.filter(is_active=True).count() == 1
