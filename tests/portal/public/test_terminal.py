"""A terminal as its browser meets it: confined to its own pages, and blank when the person has gone."""

import datetime as dt
import json

import pytest
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.counter.models import Ticket
from cases.models import Notice
from cases.terminal import visit_actions
from cases.terminal.models import TerminalVisit
from certificates.models import Document
from common.models import AuditEvent
from tests.factories import moves
from tests.factories.cast import a_picture
from tests.factories.counter import a_plan, an_appointment, this_hour
from tests.factories.terminals import Machine, a_machine
from tests.factories.visitors import a_visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def machine(db) -> Machine:
    return a_machine()


@pytest.fixture
def inside(machine: Machine) -> Machine:
    assert machine.enter_by_code().headers["Location"] == machine.url("terminal_menu")
    return machine


def page(machine: Machine, name: str, *args: object) -> str:
    answer = machine.browser.get(machine.url(name, *args))
    assert answer.status_code == 200, answer
    assert "no-store" in answer.headers["Cache-Control"]
    return answer.content.decode()


def test_the_way_in_by_card_and_code(machine):
    assert "请把身份证放到读卡区" in page(machine, "terminal")
    assert machine.lay_card().headers["Location"] == machine.url("terminal_proof")
    assert "再确认一下是您本人" in page(machine, "terminal_proof")
    wrong = machine.browser.post(machine.url("terminal_proof"), {"code": "12"})
    assert wrong.status_code == 422
    assert machine.browser.get(machine.url("terminal_menu")).status_code == 302
    assert machine.enter_by_code().headers["Location"] == machine.url("terminal_menu")
    text = page(machine, "terminal_menu")
    assert "李**" in text or "李*" in text
    assert "李清荷" not in text


@pytest.mark.parametrize("value", ["", "12", "110101199003071234", "\x00"])
def test_a_number_that_is_none_is_said_at_its_field(machine, value):
    answer = machine.browser.post(machine.url("terminal"), {"value": value})
    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    assert not TerminalVisit.objects.exists()


def test_the_reader_s_own_program_brings_the_page_on(machine):
    outside = Client(enforce_csrf_checks=True)
    for body, code in (("x", "terminal.invalid"), ('{"value": 1}', "terminal.invalid"), ('{"value": "12"}', "")):
        answer = outside.post(machine.url("terminal_card"), body, content_type="application/json")
        assert answer.status_code == 422
        assert not code or answer.json()["code"] == code
    assert machine.browser.post(machine.url("terminal_fetch")).status_code == 204
    said = json.dumps({"value": machine.hall.cast.li.id_number})
    assert outside.post(machine.url("terminal_card"), said, content_type="application/json").status_code == 202
    answer = machine.browser.post(machine.url("terminal_fetch"))
    assert answer.headers["HX-Redirect"] == machine.url("terminal_proof")
    assert machine.browser.post(machine.url("terminal_fetch")).status_code == 204


def test_a_clerk_lets_in_who_has_no_phone(machine):
    machine.lay_card()
    assert machine.browser.get(machine.url("terminal_waiting")).status_code == 204
    visit = TerminalVisit.objects.get()
    assert visit.number in page(machine, "terminal_proof")
    visit_actions.release(machine.hall.clerk, visit_id=visit.pk)
    answer = machine.browser.get(machine.url("terminal_waiting"))
    assert answer.headers["HX-Redirect"] == machine.url("terminal_proof")
    assert machine.browser.get(machine.url("terminal_proof")).headers["Location"] == machine.url("terminal_menu")


def test_a_session_of_a_terminal_opens_no_other_page(inside):
    case = moves.an_accepted_case(inside.hall.cast)
    for path in (
        "/",
        reverse("my_cases"),
        reverse("my_account"),
        reverse("change_password"),
        reverse("my_mandates"),
        reverse("my_case", args=[case.pk]),
        "/api/v1/cases/",
    ):
        answer = inside.browser.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (302, inside.url("terminal_menu"))
    other = Machine(inside.hall, type(inside.terminal)(key="x" * 43), inside.browser)
    assert inside.browser.get(other.url("terminal_menu")).status_code == 302


def test_a_session_from_elsewhere_is_nobody_s_visit(machine):
    visitor = a_visitor(machine.hall.cast.account)
    assert visitor.get(machine.url("terminal_menu")).headers["Location"] == machine.url("terminal")
    assert visitor.get(reverse("my_cases")).status_code == 200


def test_leaving_deletes_the_session_and_back_shows_nothing(inside):
    key = TerminalVisit.objects.get().session_key
    answer = inside.browser.post(inside.url("terminal_leave"), {"why": "left"})
    assert "cache" in answer.headers["Clear-Site-Data"]
    assert not Session.objects.filter(session_key=key).exists()
    assert TerminalVisit.objects.get().end_reason == "left"
    for name in ("terminal_menu", "terminal_cases", "terminal_certificates", "terminal_scan"):
        assert inside.browser.get(inside.url(name)).headers["Location"] == inside.url("terminal")


def test_a_stolen_cookie_is_worth_nothing_after_the_end(inside):
    thief = Client()
    thief.cookies = inside.browser.cookies.copy()
    inside.browser.post(inside.url("terminal_leave"))
    assert thief.get(inside.url("terminal_menu")).headers["Location"] == inside.url("terminal")
    assert thief.get(reverse("my_cases")).headers["Location"].startswith(reverse("account_login"))


def test_without_a_word_the_server_ends_it_all_the_same(inside):
    assert inside.browser.post(inside.url("terminal_stay")).status_code == 204
    TerminalVisit.objects.update(seen_at=timezone.now() - dt.timedelta(minutes=2))
    assert inside.browser.post(inside.url("terminal_stay")).headers["Location"] == inside.url("terminal")
    assert inside.browser.get(reverse("my_cases")).headers["Location"].startswith(reverse("account_login"))


def test_the_person_s_devices_name_the_terminal(inside):
    own = a_visitor(inside.hall.cast.account)
    text = own.get(reverse("sessions")).content.decode()
    assert "自助终端：" in text
    assert "1 号机" in text
    assert AuditEvent.objects.filter(code="terminal.opened").count() == 1


def test_a_receipt_is_printed_and_its_look_counts_as_delivery(inside):
    cast = inside.hall.cast
    case = moves.an_accepted_case(cast)
    case.applicant_id = cast.li.pk
    case.save()
    notice = case.notices.exclude(kind=Notice.Kind.RECEIPT).first()
    notice.file.save("notice.pdf", ContentFile(b"%PDF-1.7"))
    assert case.number in page(inside, "terminal_cases")
    assert inside.url("terminal_notice", case.pk, notice.pk) in page(inside, "terminal_case", case.pk)
    file_url = inside.url("terminal_notice_file", case.pk, notice.pk)
    assert file_url in page(inside, "terminal_notice", case.pk, notice.pk)
    answer = inside.browser.get(file_url)
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_somebody_else_s_case_is_not_found(inside):
    case = moves.an_accepted_case(inside.hall.cast)
    assert inside.browser.get(inside.url("terminal_case", case.pk)).status_code == 404
    assert inside.browser.post(inside.url("terminal_code", case.pk)).status_code == 404
    assert inside.browser.get(inside.url("terminal_certificate", inside.hall.cast.licence.pk)).status_code == 404


def test_the_appointment_is_checked_in_without_typing(inside):
    plan = a_plan(inside.hall)
    an_appointment(inside.hall, plan, this_hour())
    assert "有预约" in page(inside, "terminal_ticket")
    answer = inside.browser.post(inside.url("terminal_ticket"), {"about": "item:nonsense"})
    ticket = Ticket.objects.get()
    assert answer.headers["Location"] == inside.url("terminal_ticket_taken", ticket.pk)
    assert ticket.kind == Ticket.Kind.APPOINTMENT
    assert ticket.code in page(inside, "terminal_ticket_taken", ticket.pk)


def test_pages_are_scanned_into_the_locker(inside):
    assert inside.browser.post(inside.url("terminal_scan"), {}).status_code == 422
    for _page in range(2):
        answer = inside.browser.post(inside.url("terminal_scan"), {"file": a_picture()})
        assert answer.headers["Location"] == inside.url("terminal_scan")
    text = page(inside, "terminal_scan")
    assert "已经有 2 页" in text
    assert inside.browser.post(inside.url("terminal_scan_keep"), {"kind": "nothing"}).status_code == 422
    kind = text.split('<option value="')[2].split('"')[0]
    before = Document.objects.count()
    answer = inside.browser.post(inside.url("terminal_scan_keep"), {"kind": kind, "request_key": "k1"})
    assert answer.headers["Location"] == inside.url("terminal_menu")
    assert Document.objects.count() == before + 1
