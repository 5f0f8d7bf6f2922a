"""The demonstration catalogue: everything in it is found, can be filled in, and loads again without change."""

import pytest

from common.models import AuditEvent
from identity.actor import SYSTEM
from portal.demo.catalogue import DemoCatalogue, load
from services import queries
from services.forms import clean_answers, steps_of
from services.importing.repairs import is_uscc
from services.models import ItemVersion, ServiceItem
from services.quotas import quota_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city"), pytest.mark.xdist_group("demo")]


@pytest.fixture
def loaded() -> DemoCatalogue:
    return load(SYSTEM)


def test_the_whole_content_loads_and_every_item_can_be_found_and_filled_in(loaded):
    assert loaded.items["food-business"].task_code.endswith("510131012001")
    assert len(loaded.items) == ServiceItem.objects.count()
    for item in loaded.items.values():
        found = queries.search(item.name)
        assert item.pk in [hit.pk for hit in found.items[:3]], item.name
        steps = steps_of(queries.get_version(item.current_id))
        _values, errors = clean_answers(steps, {})
        assert errors or not any(spec.required for step in steps for spec in step.fields)


def test_what_people_say_finds_what_they_mean(loaded):
    assert queries.search("开饭馆").items[0].name == "食品经营许可（首次申请）"


def test_loading_again_changes_nothing(loaded):
    before = AuditEvent.objects.count(), ItemVersion.objects.count()
    load(SYSTEM)
    assert (AuditEvent.objects.count(), ItemVersion.objects.count()) == before


def test_a_registration_says_what_body_it_creates_and_a_change_keeps_the_term(loaded):
    assert loaded.items["individual-business"].current.registers == "92"
    assert loaded.items["food-business-change"].current.replaces == "change"
    assert quota_of(loaded.items["tobacco-retail"].current).places == 60


def test_codes_have_fitting_check_characters(loaded):
    assert is_uscc(loaded.departments["scjg"].uscc)
    assert loaded.certificate_types["business-licence"].type_code == f"{loaded.departments['scjg'].uscc}001"
    assert loaded.regions["519902001"].parent.name == "中心区"
    assert loaded.posts["scjg", "食品经营科"].serves.get() == loaded.departments["scjg"]
