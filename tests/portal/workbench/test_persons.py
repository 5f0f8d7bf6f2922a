"""自然人与法人 and 当面核验: whole numbers, reasons, masks, and what a clerk and a data officer may do."""

from django.urls import reverse

from common.ids import uuid7
from common.models import AuditEvent
from identity.models import LikelyDuplicate, Person, PersonMerge
from tests.factories.cast import a_picture
from tests.factories.persons import a_number, an_officer, li_again
from tests.factories.workbench import browser_of

SEARCH = "/workbench/manage/persons/"
REASON = "本人到窗口查询"


def asked(number, **fields):
    return {"request_key": str(uuid7()), "document_kind": "111", "id_number": number, "reason": REASON, **fields}


def test_a_person_is_found_by_the_whole_number_masked_and_the_look_is_recorded(cast):
    answer = browser_of(an_officer(cast)).post(SEARCH, asked(cast.li.id_number))
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "李**" in html
    assert "李清荷" not in html
    assert "13900000001" not in html
    look = AuditEvent.objects.filter(code="identity.person_read", holder_id=cast.li.pk).first()
    assert look.detail["reason"] == REASON


def test_without_reason_or_with_a_part_of_the_number_nothing_is_found(cast):
    browser = browser_of(an_officer(cast))
    assert browser.post(SEARCH, asked(cast.li.id_number, reason="")).status_code == 422
    assert browser.post(SEARCH, asked(cast.li.id_number, reason="看")).status_code == 422
    assert browser.post(SEARCH, asked(cast.li.id_number[:10])).status_code == 422
    assert browser.post(SEARCH, asked(a_number("099"))).status_code == 404
    assert not AuditEvent.objects.filter(code="identity.person_read").exists()


def test_an_organisation_is_found_by_its_code(cast):
    answer = browser_of(an_officer(cast)).post(SEARCH, asked(cast.shop.uscc, document_kind="001"))
    assert "青禾餐饮店" in answer.content.decode()
    assert browser_of(cast.clerk).post(SEARCH, asked("1", document_kind="001")).status_code == 422


def test_a_clerk_registers_checks_and_changes(cast):
    browser = browser_of(cast.clerk)
    given = {"name": "周老伯", "document_kind": "111", "id_number": a_number("055"), "request_key": str(uuid7())}
    assert browser.post("/workbench/manage/counter/", given).status_code == 422  # no scan
    assert not Person.objects.filter(assurance_level=5).exists()
    assert browser.post("/workbench/manage/counter/", {**given, "scan": a_picture()}).status_code == 302
    person = Person.objects.get(assurance_level=5)
    change = reverse("workbench_person_step", args=[person.pk, "change"])
    given |= {"name": "周伯", "request_key": str(uuid7()), "scan": a_picture()}
    assert browser.post(change, given).status_code == 302
    person.refresh_from_db()
    assert person.name == "周伯"
    face = reverse("workbench_person_step", args=[cast.li.pk, "face"])
    assert browser.get(face).status_code == 200
    assert browser.post(face, {"request_key": str(uuid7()), "scan": a_picture()}).status_code == 302
    assert Person.objects.get(pk=cast.li.pk).assurance_level == 5


def test_an_officer_reports_compares_and_merges(cast):
    browser, again = browser_of(an_officer(cast)), li_again(cast)
    report = reverse("workbench_person_step", args=[cast.li.pk, "duplicate"])
    sent = browser.post(report, asked(again.id_number))
    pair = LikelyDuplicate.objects.get()
    assert sent.headers["Location"] == reverse("workbench_duplicate", args=[pair.pk])
    assert "李**" in browser.get(reverse("workbench_duplicates")).content.decode()
    page = browser.get(sent.headers["Location"]).content.decode()
    assert cast.li.id_number not in page
    assert "李清荷" not in page
    kept = "first" if pair.first_id == cast.li.pk else "second"
    given = {"request_key": str(uuid7()), "kept": kept, "reason": REASON}
    assert browser.post(sent.headers["Location"], {**given, "kept": "x"}).status_code == 422
    assert not PersonMerge.objects.exists()
    for _twice in range(2):
        assert browser.post(sent.headers["Location"], given).status_code == 302
    assert PersonMerge.objects.get().kept_id == cast.li.pk
