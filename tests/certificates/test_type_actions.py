"""Certificate types: composed code, changed in place, by the defining department or the system."""

import pytest

from certificates.models import CertificateType
from certificates.type_actions import define_type
from common.errors import Forbidden
from common.models import AuditEvent
from identity.actor import SYSTEM, Actor, ActorKind
from identity.permissions import Permission
from tests.factories.catalogue import a_department

pytestmark = pytest.mark.django_db


def define(actor=SYSTEM, **more) -> CertificateType:
    values = {
        "key": "business-licence",
        "sequence": "001",
        "name": "营业执照",
        "definer": a_department(),
        "holder_kind": "organisation",
        "template": "licence",
        "seal_caption": "电子营业执照专用章",
        "fields": [{"key": "name", "label": "名称", "element": "org.name"}],
    }
    return define_type(actor, **(values | more))


def editor(department) -> Actor:
    grants = {Permission.MANAGE_ITEMS: frozenset([department.pk])}
    return Actor(kind=ActorKind.STAFF, grants=grants)


def test_the_code_is_the_definers_uscc_and_the_sequence():
    assert define().type_code == f"{a_department().uscc}001"


def test_the_same_again_changes_nothing_and_a_change_is_audited():
    define()
    define()
    assert AuditEvent.objects.count() == 1
    assert define(validity_months=60).pk == CertificateType.objects.get().pk
    assert AuditEvent.objects.count() == 2


def test_a_department_defines_its_own_types_only():
    own, other = a_department(), a_department("公安局")
    define(editor(own))
    with pytest.raises(Forbidden):
        define(editor(other), definer=other)  # it is somebody else's type
    with pytest.raises(Forbidden):
        define(editor(own), definer=other)
    assert CertificateType.objects.get().definer == own


def test_a_wrong_sequence_is_refused():
    with pytest.raises(ValueError, match="sequence"):
        define(sequence="1")
    assert not CertificateType.objects.exists()
