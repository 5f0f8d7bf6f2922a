"""更正申请 and 查已注销的人, as officers see them."""

import pytest
from django.test import Client
from django.urls import reverse

from certificates.correction_actions import ask_correction
from common.models import AuditEvent
from identity.models import Account, CorrectionRequest, Person
from identity.privacy.correction_actions import request_correction
from tests.factories.cast import Cast, a_picture, build_cast
from tests.factories.privacy import a_closed_account, a_data_officer, a_wrong_address
from tests.factories.visitors import a_visitor


@pytest.fixture
def cast(db) -> Cast:
    return build_cast()


@pytest.fixture
def officer(cast: Cast) -> Client:
    return a_visitor(Account.objects.get(pk=a_data_officer(cast).account_id))


def test_an_officer_passes_a_request_on_and_answers_it(cast: Cast, officer: Client):
    row = ask_correction(cast.stranger, wrong=a_wrong_address(), proof=a_picture(), request_key="p")
    listed = officer.get(reverse("workbench_corrections")).content.decode()
    assert "赵**" in listed or "赵*" in listed
    assert "赵无关" not in listed
    address = reverse("workbench_correction", args=[row.pk])
    assert officer.get(reverse("workbench_correction_file", args=[row.pk])).headers["Content-Type"] == "image/png"
    assert officer.post(address, {"decision": "pass"}).status_code == 302
    refused = officer.post(address, {"decision": "refused", "text": ""})
    assert refused.status_code == 422
    assert "写明理由" in refused.content.decode()
    assert officer.post(address, {"decision": "corrected"}).status_code == 302
    assert officer.post(address, {"decision": "corrected"}).status_code == 409
    assert CorrectionRequest.objects.get().state == "corrected"
    assert Person.objects.get(pk=cast.stranger.person_id).address == "示范市湖滨区解放路1号"
    assert "没有更正申请" in officer.get(reverse("workbench_corrections")).content.decode()
    assert "已更正" in officer.get(reverse("workbench_corrections") + "?show=all").content.decode()


def test_the_list_costs_the_same_however_many_rows(cast: Cast, officer: Client, django_assert_max_num_queries):
    for subject in ("address", "name", "other"):
        request_correction(cast.stranger, wrong=a_wrong_address(subject=subject))
    with django_assert_max_num_queries(7):  # session, account, post; waiting cases; count, page
        assert officer.get(reverse("workbench_corrections")).status_code == 200


def test_a_closed_person_is_found_by_number_with_a_reason_and_masked(cast: Cast, officer: Client):
    number = Person.objects.get(pk=cast.stranger.person_id).id_number
    a_closed_account(cast.stranger)
    address = reverse("workbench_closed_person")
    assert officer.post(address, {"id_number": number, "reason": "查"}).status_code == 422
    assert officer.post(address, {"id_number": "123", "reason": "核对档案"}).status_code == 422
    assert not AuditEvent.objects.filter(code="identity.closed_person_read").exists()
    page = officer.post(address, {"id_number": number, "reason": "核对档案"}).content.decode()
    assert "查到了" in page
    assert "赵无关" not in page
    assert AuditEvent.objects.filter(code="identity.closed_person_read").count() == 1
    other = officer.post(address, {"id_number": cast.li.id_number, "reason": "核对档案"}).content.decode()
    assert "没有查到" in other
