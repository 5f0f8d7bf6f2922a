"""Two people at once on one data element, or on one hall's name: the second is told, nothing is written twice."""

import pytest

from identity.halls.actions import HallDetails, save_hall, set_hall_in_use
from identity.models import Hall
from services.element_desk import save_element, stamp
from services.models import DataElement
from tests.cases.test_races import at_once
from tests.factories.editing import a_desk
from tests.factories.guides import a_hall

pytestmark = pytest.mark.django_db(transaction=True)
AREA = {"name": "面积", "type": "decimal"}


def refusals(results) -> list[str]:
    return [result for result in results if isinstance(result, str)]


def test_two_registering_one_element_at_once_register_it_once():
    desk = a_desk()
    results = at_once(
        *[
            lambda who=who: save_element(who, code="premises.area", values=AREA, is_new=True)
            for who in (desk.ann, desk.cai)
        ]
    )
    assert refusals(results) == ["services.element_exists"]
    assert DataElement.objects.count() == 1


def test_two_changing_one_element_at_once_lose_nothing():
    desk = a_desk()
    made = save_element(desk.ann, code="premises.area", values=AREA, is_new=True)
    seen = stamp(made)
    results = at_once(
        *[
            lambda who=who, name=name: save_element(
                who, code=made.code, values={**AREA, "name": name}, is_new=False, seen=seen
            )
            for who, name in ((desk.ann, "建筑面积"), (desk.cai, "使用面积"))
        ]
    )
    assert len(refusals(results)) == 1
    assert DataElement.objects.get().name in {"建筑面积", "使用面积"}


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
