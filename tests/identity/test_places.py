"""Regions, departments and posts: saved once, changed in place, by the system alone."""

import pytest

from common.errors import Forbidden
from common.models import AuditEvent
from identity.actor import PUBLIC, SYSTEM
from identity.errors import UsccInvalid
from identity.models import Department, Post, Region
from identity.rules import make_uscc
from identity.staff.actions.places import save_department, save_post, save_region

pytestmark = pytest.mark.django_db

USCC = make_uscc(prefix="11", region="519900", body="00000011")


def region() -> Region:
    return save_region(SYSTEM, code="519900", name="示范市", level=2)


def department(name: str = "示范市市场监督管理局") -> Department:
    return save_department(SYSTEM, uscc=USCC, name=name, short_name="市场监管局", region=region())


def test_saving_the_same_again_changes_nothing():
    save_post(SYSTEM, department=department(), name="登记注册科")
    before = AuditEvent.objects.count()
    save_post(SYSTEM, department=department(), name="登记注册科")
    assert AuditEvent.objects.count() == before == 3
    assert (Region.objects.count(), Department.objects.count(), Post.objects.count()) == (1, 1, 1)


def test_a_new_name_is_taken_over():
    department()
    assert department("示范市市场监管局").pk == Department.objects.get().pk
    assert Department.objects.get().name == "示范市市场监管局"


def test_a_post_serves_its_own_department():
    assert save_post(SYSTEM, department=department(), name="登记注册科").serves.get().uscc == USCC


def test_nobody_but_the_system_saves_places():
    city = region()
    with pytest.raises(Forbidden):
        save_region(PUBLIC, code="519902", name="中心区", level=3, parent=city)
    with pytest.raises(Forbidden):
        save_department(PUBLIC, uscc=USCC, name="某局", short_name="某局", region=city)
    assert (Region.objects.count(), Department.objects.count()) == (1, 0)


def test_a_wrong_uscc_is_refused():
    with pytest.raises(UsccInvalid):
        save_department(SYSTEM, uscc="11519900000000110X", name="某局", short_name="某局", region=region())
    assert not Department.objects.exists()
