"""The declaration, promises and what comes later on the applicant's pages, and the department's task list."""

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Breach, Case, Signature, Undertaking
from identity.actor import Actor
from identity.models import Account
from services.models import ItemVersion, MaterialRequirement
from tests.cases.test_promises import a_deferring_case, a_false_promise
from tests.factories import moves
from tests.factories.cast import PASSWORD, Cast, a_picture

pytestmark = pytest.mark.django_db


def staff(actor: Actor) -> Client:
    client = Client()
    client.force_login(Account.objects.get(pk=actor.account_id), backend=_BACKEND)
    return client


_BACKEND = "identity.backends.PhoneOrIdBackend"


def test_the_check_page_shows_the_whole_declaration_and_every_promise(cast: Cast, shop: Client):
    page = shop.get(reverse("draft_check", args=[moves.a_ready_draft(cast).pk])).content.decode()
    assert "第七十八条" in page
    assert "国办发〔2020〕42号" in page


def test_a_high_level_leads_to_a_proof_before_it_is_signed(cast: Cast, shop: Client):
    ItemVersion.objects.filter(pk=cast.version.pk).update(assurance_level=4)
    case = moves.a_ready_draft(cast)
    sent = {"declared": "on", "version": case.version, "request_key": "k"}
    answer = shop.post(reverse("submit_case", args=[case.pk]), sent)
    assert answer.status_code == 302
    assert "reauthenticate" in answer.headers["Location"]
    case.refresh_from_db()
    assert (case.state, Signature.objects.exists()) == ("draft", False)
    after = shop.post(answer.headers["Location"], {"password": PASSWORD}, follow=True)
    assert after.status_code == 200
    case.refresh_from_db()
    assert (case.state, Signature.objects.get(case=case).is_fresh) == ("submitted", True)


def test_a_deferral_must_be_read_and_ticked(cast: Cast, shop: Client):
    MaterialRequirement.objects.filter(version=cast.version, key="plan").update(defer_days=10)
    case = moves.a_draft(cast)
    row = case.materials.get(requirement__key="plan")
    url = reverse("material_defer", args=[case.pk, row.pk])
    shop.post(url)
    row.refresh_from_db()
    assert row.way == "missing"
    shop.post(url, {"promised": "on"})
    row.refresh_from_db()
    assert row.way == "deferred"


def test_what_was_deferred_is_supplied_on_the_case_page(cast: Cast, shop: Client):
    case = a_deferring_case(cast)
    row = case.materials.get(requirement__key="plan")
    url = reverse("supply_material", args=[case.pk, row.pk])
    assert url in shop.get(reverse("my_case", args=[case.pk])).content.decode()
    assert shop.post(url, {"request_key": "k"}).status_code == 422
    assert shop.post(url, {"request_key": "k", "file": a_picture()}).status_code == 302
    again = shop.post(url, {"request_key": "other", "file": a_picture(size=33)})
    assert again.status_code == 409
    assert "不能这样处理" in again.content.decode()


def test_a_promise_found_untrue_goes_on_record_and_the_applicant_reads_why(cast: Cast, shop: Client):
    one = a_false_promise(cast)
    url = reverse("workbench_undertaking", args=[one.pk])
    food, decider = staff(cast.food), staff(cast.decider)
    assert food.post(url, {"request_key": "k"}).status_code == 422
    sent = {"request_key": "k", "reason": "现场没有制度", "basis": "国办发〔2020〕42号"}
    assert food.post(url, sent).status_code == 302
    breach = Breach.objects.get()
    early = decider.post(url, {"request_key": "d", "decision": "confirm", "note": "认定"})
    assert (early.status_code, "可以陈述申辩" in early.content.decode()) == (409, True)
    page = reverse("my_case", args=[one.case_id])
    assert "拟认定" in shop.get(page).content.decode()
    statement = reverse("state_own_case", args=[one.case_id, breach.pk])
    assert shop.post(statement, {"statement": " "}).status_code == 422
    assert shop.post(statement, {"statement": "已经贴上墙"}).status_code == 302
    assert "已经贴上墙" in decider.get(url).content.decode()
    assert decider.post(url, {"request_key": "d", "decision": "confirm", "note": "认定"}).status_code == 302
    assert "不适用告知承诺" in shop.get(page).content.decode()
    listed = food.get(reverse("workbench_undertakings"), {"show": "breach"}).content.decode()
    assert "已认定" in listed
    draft = moves.a_draft(cast)
    row = draft.materials.get(requirement__key="rules")
    answer = shop.post(reverse("material_promise", args=[draft.pk, row.pk]), {"promised": "on"}, follow=True)
    assert "承诺不实" in answer.content.decode()
    row.refresh_from_db()
    assert row.way == "missing"


def test_staff_see_whether_a_case_is_as_it_was_signed(cast: Cast):
    case = moves.an_accepted_case(cast)
    url = reverse("workbench_case", args=[case.pk])
    clerk = staff(cast.clerk)
    assert "与提交时一致" in clerk.get(url).content.decode()
    case = Case.objects.get(pk=case.pk)
    case.answers["area"]["value"] = "9000"
    case.save()
    page = clerk.get(url).content.decode()
    assert "与提交时不一致" in page
    assert "面积" in page


def test_the_list_takes_no_query_for_each_undertaking(cast: Cast, django_assert_num_queries):
    clerk, url = staff(cast.clerk), reverse("workbench_undertakings")
    moves.a_submitted_case(cast)
    Undertaking.objects.update(state="open")
    clerk.get(url)
    with django_assert_num_queries(6):  # session, account, post; waiting cases; count, page
        clerk.get(url)
    for _ in range(3):
        moves.a_submitted_case(cast)
    Undertaking.objects.update(state="open")
    with django_assert_num_queries(6):
        assert clerk.get(url).content.decode().count("workbench/undertakings/0") == 4
