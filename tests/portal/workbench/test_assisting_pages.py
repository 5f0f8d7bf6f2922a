"""Filling in at the counter, as three browsers meet it: the clerk's, the display's and the person's own."""

import pytest
from django.test import Client
from django.urls import reverse

from cases.assisting.models import Assistance, PaperSheet
from cases.models import Case
from common.models import AuditEvent
from tests.cases.assisting.conftest import open_to_persons
from tests.factories.assisting import a_case_to_correct, a_display, a_whole_draft, an_old_man, begun
from tests.factories.cast import a_citizen, a_picture
from tests.factories.counter import Counter, a_counter
from tests.factories.persons import a_number
from tests.factories.visitors import a_visitor
from tests.factories.workbench import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall() -> Counter:
    made = a_counter()
    open_to_persons(made)
    return made


@pytest.fixture
def clerk(hall: Counter) -> Client:
    return browser_of(hall.clerk)


@pytest.fixture
def man(hall: Counter):
    return an_old_man()


@pytest.fixture
def screen(hall: Counter, clerk: Client) -> Client:
    """The display, bound by the code on the clerk's page."""
    page = clerk.post(reverse("display_code", args=[hall.one.pk])).content.decode()
    code = page.split('class="code-digits">')[1].split("<")[0]
    screen = Client()
    assert "配对码" in screen.get(reverse("display")).content.decode()
    assert screen.post(reverse("display"), {"code": code}).status_code == 302
    assert screen.cookies["window_display"]["samesite"] == "Strict"
    assert screen.cookies["window_display"]["httponly"]
    return screen


def begin(clerk: Client, hall: Counter, man, **fields):
    sent = {
        "request_key": "k1",
        "document_kind": man.document_kind,
        "id_number": man.id_number,
        "item": hall.item.pk,
        "seen": "on",
        **fields,
    }
    return clerk.post(reverse("assistance_new", args=[hall.one.pk]), sent)


def say(screen: Client, what: str):
    row = Assistance.objects.get()
    sent = {"assistance": row.pk, "digest": row.draft_digest, "say": what}
    return screen.post(reverse("display_answer"), sent)


def step(clerk: Client, action: str, **sent):
    return clerk.post(reverse("assistance_step", args=[Assistance.objects.get().pk, action]), sent)


def test_from_the_desk_to_the_receipt(hall: Counter, clerk: Client, screen: Client, man):
    desk = clerk.get(reverse("calling_desk", args=[hall.one.pk])).content.decode()
    assert reverse("assistance_new", args=[hall.one.pk]) in desk
    assert begin(clerk, hall, man).status_code == 302
    row = Assistance.objects.get()
    page = clerk.get(reverse("assistance", args=[row.pk])).content.decode()
    assert "等本人同意" in page
    assert man.id_number not in page
    shown = screen.get(reverse("display")).content.decode()
    assert "您同意工作人员代您填写吗" in shown
    assert screen.get(reverse("display_now"), {"seen": "x"}).headers["HX-Refresh"] == "true"
    say(screen, "agree")
    answer = step(clerk, "open")
    case = Case.objects.get()
    assert answer.headers["Location"] == reverse("draft_situation", args=[case.pk])
    form = clerk.get(reverse("draft_step", args=[case.pk, "shop"])).content.decode()
    assert man.name in form
    assert reverse("assistance", args=[row.pk]) in form
    assert f'href="{reverse("my_cases")}"' not in form
    sent = {"version": case.version, "request_key": "s1", "org.name": "孙家面馆", "area": "30", "note": ""}
    assert clerk.post(reverse("draft_step", args=[case.pk, "shop"]), sent).status_code == 302
    a_whole_draft(hall, row)
    clerk.get(reverse("draft_materials", args=[case.pk]))
    check = clerk.get(reverse("draft_check", args=[case.pk])).content.decode()
    assert "请本人确认" in check
    assert 'name="declared"' not in check
    assert step(clerk, "ask").status_code == 302
    assert "孙家面馆" in screen.get(reverse("display")).content.decode()
    say(screen, "confirm")
    page = clerk.get(reverse("assistance", args=[row.pk])).content.decode()
    assert reverse("submit_case", args=[case.pk]) in page
    case.refresh_from_db()
    sent = {"version": case.version, "request_key": "s2", "declared": "on"}
    answer = clerk.post(reverse("submit_case", args=[case.pk]), sent)
    assert answer.headers["Location"] == reverse("assistance", args=[row.pk])
    case.refresh_from_db()
    assert case.state == "submitted"
    assert case.number in screen.get(reverse("display")).content.decode()
    assert step(clerk, "back").status_code == 302
    assert AuditEvent.objects.filter(code="counter.assisted", holder_id=man.pk).count() >= 5
    own = a_visitor(a_citizen(man))
    assert "在窗口代您办理这份申请" in own.get(reverse("my_access")).content.decode()
    whole = clerk.get(reverse("workbench_case", args=[case.pk])).content.decode()
    assert f"{hall.hall.name}1号窗口" in whole


def test_the_clerk_opens_nothing_else_of_the_person(hall: Counter, clerk: Client, screen: Client, man):
    begin(clerk, hall, man)
    say(screen, "agree")
    step(clerk, "open")
    case = Case.objects.get()
    for name, args in (
        ("my_cases", []),
        ("wallet", []),
        ("locker", []),
        ("my_account", []),
        ("discard_draft", [case.pk]),
        ("start_draft", [hall.item.pk]),
    ):
        path = reverse(name, args=args)
        answer = clerk.post(path) if name in {"discard_draft", "start_draft"} else clerk.get(path)
        assert answer.status_code == 404, name
    colleague = browser_of(hall.colleague)
    assert colleague.get(reverse("draft_check", args=[case.pk])).status_code == 404
    say(screen, "stop")
    assert clerk.get(reverse("draft_check", args=[case.pk])).status_code == 404
    assert clerk.get(reverse("assistance", args=[Assistance.objects.get().pk])).status_code == 200


def test_the_clerks_own_browser_is_no_display(hall: Counter, clerk: Client, screen: Client, man):
    begin(clerk, hall, man)
    clerk.cookies["window_display"] = screen.cookies["window_display"].value
    assert say(clerk, "agree").status_code == 403
    assert Assistance.objects.get().state == "asked"
    assert clerk.post(reverse("display"), {"code": "12345678"}).status_code == 403


def test_bad_input_is_said_at_its_field(hall: Counter, clerk: Client, screen: Client, man):
    answer = begin(clerk, hall, man, seen="")
    assert answer.status_code == 422
    assert "请核对本人和证件后勾选" in answer.content.decode()
    for field, value, said in (
        ("id_number", "123", "id_number"),
        ("item", "", "请选要办的事"),
        ("item_code", "不存在", "没有这个编码的事项"),
        ("received_at", "昨天", "请按"),
        ("sheet", "ZB1", "没有找到这张纸质表"),
        ("whose", "other", "没有可以用来办"),
        ("party", "x", "页面已经失效"),
    ):
        answer = begin(clerk, hall, man, **{field: value})
        assert answer.status_code == 422, field
        assert said in answer.content.decode(), field
    stranger = begin(clerk, hall, man, id_number=a_number("993"))
    assert stranger.status_code == 422
    assert "没有登记过这个人" in stranger.content.decode()
    assert Assistance.objects.count() == 0
    assert screen.post(reverse("display_answer"), {"assistance": "x", "say": "agree"}).status_code == 404
    assert screen.post(reverse("display"), {"code": ""}).status_code == 422
    assert screen.post(reverse("display"), {"code": "1\x00"}).status_code == 422


def test_paper_stands_in_for_the_screen(hall: Counter, clerk: Client, man):
    row = begun(hall, man)
    path = reverse("assistance_paper", args=[row.pk])
    answer = clerk.post(path, {"request_key": "p1", "reason": "看不清"})
    assert answer.status_code == 422
    assert "请上传扫描件" in answer.content.decode()
    answer = clerk.post(path, {"request_key": "p2", "reason": "看", "scan": a_picture()})
    assert answer.status_code == 422
    assert Assistance.objects.get().state == "asked"
    sent = {"request_key": "p3", "reason": "视力不好，看不清", "scan": a_picture()}
    assert clerk.post(path, sent).status_code == 302
    assert Assistance.objects.get().state == "agreed"
    assert step(clerk, "compare", material="x").status_code == 404
    assert step(clerk, "away").status_code == 422
    assert step(clerk, "nothing").status_code == 404
    assert step(clerk, "end").status_code == 302


def test_sheets_are_numbered_printed_and_allowed_late(hall: Counter, clerk: Client):
    path = reverse("paper_sheets")
    sent = {"request_key": "k", "window": hall.one.pk, "item": hall.item.pk, "count": 2}
    assert clerk.post(path, {**sent, "count": 99}).status_code == 422
    assert clerk.post(path, sent).status_code == 302
    sheet = PaperSheet.objects.first()
    assert sheet is not None
    assert sheet.number in clerk.get(path).content.decode()
    watcher = browser_of(hall.cast.supervisor)
    late = reverse("paper_sheet_late", args=[sheet.pk])
    assert clerk.post(late, {"reason": "停电一周"}).status_code == 404
    assert watcher.post(late, {"reason": ""}).status_code == 422
    assert watcher.post(late, {"reason": "停电一周，已核实"}).status_code == 302
    sheet.refresh_from_db()
    assert sheet.late_allowed_by_id == hall.cast.supervisor.account_id


def bring_corrections(clerk: Client, hall: Counter, man, **fields):
    sent = {
        "request_key": "c1",
        "document_kind": man.document_kind,
        "id_number": man.id_number,
        "seen": "on",
        **fields,
    }
    return clerk.post(reverse("assistance_correct", args=[hall.one.pk]), sent)


def last() -> Assistance:
    return Assistance.objects.latest("pk")


def press(screen: Client, what: str):
    row = last()
    return screen.post(reverse("display_answer"), {"assistance": row.pk, "digest": row.draft_digest, "say": what})


def test_corrections_from_the_desk_to_the_receipt(hall: Counter, clerk: Client, man):
    case = a_case_to_correct(hall, man, a_display(hall))
    screen = _screen(hall, clerk)
    desk = clerk.get(reverse("calling_desk", args=[hall.one.pk])).content.decode()
    assert reverse("assistance_correct", args=[hall.one.pk]) in desk
    assert clerk.get(reverse("assistance_correct", args=[hall.one.pk])).status_code == 200
    assert bring_corrections(clerk, hall, man).status_code == 302
    row = last()
    assert "您同意工作人员代您补正吗" in screen.get(reverse("display")).content.decode()
    assert clerk.get(reverse("case_correction", args=[case.pk])).status_code == 404  # not before the answer
    press(screen, "agree")
    page = clerk.get(reverse("assistance", args=[row.pk])).content.decode()
    assert "看不清，请重新拍" in page
    scans = clerk.get(reverse("case_correction", args=[case.pk])).content.decode()
    assert "去核对原件、请本人确认" in scans
    assert reverse("correct_case", args=[case.pk]) not in scans
    material = case.materials.get(requirement__key="premises")
    upload = reverse("material_upload", args=[case.pk, material.pk])
    empty = clerk.post(upload, {"request_key": "u0"})
    assert empty.status_code == 422
    assert reverse("withdraw_case", args=[case.pk]) not in empty.content.decode()  # not the person's whole page
    answer = clerk.post(upload, {"request_key": "u1", "file": a_picture(size=40)})
    assert answer.headers["Location"] == f"{reverse('case_correction', args=[case.pk])}#material-{material.pk}"
    clerk.post(reverse("assistance_step", args=[row.pk, "compare"]), {"material": material.pk})
    assert clerk.post(reverse("assistance_step", args=[row.pk, "ask"])).status_code == 302
    assert "这次补正的" in screen.get(reverse("display")).content.decode()
    press(screen, "confirm")
    page = clerk.get(reverse("assistance", args=[row.pk])).content.decode()
    assert reverse("correct_case", args=[case.pk]) in page
    case.refresh_from_db()
    sent = {"version": case.version, "request_key": "s3"}
    answer = clerk.post(reverse("correct_case", args=[case.pk]), sent)
    assert answer.headers["Location"] == reverse("assistance", args=[row.pk])
    case.refresh_from_db()
    assert case.state == "submitted"
    page = clerk.get(reverse("assistance", args=[row.pk])).content.decode()
    assert "补正已经提交" in page
    assert reverse("assistance_receipt", args=[row.pk]) in page
    assert clerk.get(reverse("assistance_receipt", args=[row.pk])).content.startswith(b"%PDF")


def _screen(hall: Counter, clerk: Client) -> Client:
    page = clerk.post(reverse("display_code", args=[hall.one.pk])).content.decode()
    screen = Client()
    screen.post(reverse("display"), {"code": page.split('class="code-digits">')[1].split("<")[0]})
    return screen


def test_a_correction_opens_no_page_beside_it(hall: Counter, clerk: Client, man):
    case = a_case_to_correct(hall, man, a_display(hall))
    screen = _screen(hall, clerk)
    bring_corrections(clerk, hall, man)
    press(screen, "agree")
    for name in ("my_case", "withdraw_case", "draft_check", "draft_materials", "my_delivery", "my_questions"):
        assert clerk.get(reverse(name, args=[case.pk])).status_code == 404, name
    assert clerk.post(reverse("withdraw_case", args=[case.pk])).status_code == 404
    assert clerk.post(reverse("submit_case", args=[case.pk])).status_code == 404
    case.refresh_from_db()
    assert case.state == "correcting"


def test_pages_put_together_at_the_counter_lead_back_to_the_counters_page(hall: Counter, clerk: Client, man):
    case = a_case_to_correct(hall, man, a_display(hall))
    screen = _screen(hall, clerk)
    bring_corrections(clerk, hall, man)
    press(screen, "agree")
    material = case.materials.get(requirement__key="premises")
    tray = clerk.post(reverse("material_pages", args=[case.pk, material.pk])).headers["Location"]
    assert reverse("case_correction", args=[case.pk]) in clerk.get(tray).content.decode()


def test_corrections_said_wrong_are_said_at_their_field(hall: Counter, clerk: Client, man):
    case = a_case_to_correct(hall, man, a_display(hall))
    for sent, status, words in (
        ({"seen": ""}, 422, "核对本人和证件"),
        ({"number": "1" * 21}, 422, "没有这个编号"),
        ({"id_number": "1"}, 422, "号码"),
        ({"number": "x" * 41}, 422, "number"),
    ):
        answer = bring_corrections(clerk, hall, man, **sent)
        assert (answer.status_code, words in answer.content.decode()) == (status, True), sent
    assert not Assistance.objects.filter(purpose="correct").exists()
    assert bring_corrections(clerk, hall, man, number=case.number).status_code == 302


def test_the_person_sees_the_same_page_of_corrections_on_their_own_phone(hall: Counter, clerk: Client, man):
    case = a_case_to_correct(hall, man, a_display(hall))
    own = a_visitor(a_citizen(man))
    page = own.get(reverse("case_correction", args=[case.pk])).content.decode()
    assert reverse("correct_case", args=[case.pk]) in page
    assert "看不清，请重新拍" in page


def test_a_name_nobody_can_read_is_said_on_the_display(hall: Counter, clerk: Client, screen: Client, man):
    begin(clerk, hall, man)
    say(screen, "agree")
    step(clerk, "open")
    a_whole_draft(hall, Assistance.objects.get())
    step(clerk, "ask")
    row = Assistance.objects.get()
    page = screen.get(reverse("display")).content.decode()
    assert "handwriting.js" in page
    assert 'name="written"' in page
    sent = {"assistance": row.pk, "digest": row.draft_digest, "say": "confirm"}
    answer = screen.post(reverse("display_answer"), {**sent, "written": "[[1, 1]]"})
    assert answer.status_code == 422
    assert "签名没有写清楚" in answer.content.decode()
    row.refresh_from_db()
    assert row.confirmed_digest == ""
    answer = screen.post(reverse("display_answer"), {**sent, "written": "[[100, 100, 600, 300]]"})
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.handwriting == [[100, 100, 600, 300]]


def test_pages_of_a_draft_put_together_at_the_counter_lead_back_to_its_materials(
    hall: Counter, clerk: Client, screen: Client, man
):
    begin(clerk, hall, man)
    say(screen, "agree")
    step(clerk, "open")
    case = Case.objects.get()
    material = case.materials.get(requirement__key="plan")
    tray = clerk.post(reverse("material_pages", args=[case.pk, material.pk])).headers["Location"]
    page = clerk.get(tray).content.decode()
    assert f"{reverse('draft_materials', args=[case.pk])}#material-{material.pk}" in page
    assert reverse("my_case", args=[case.pk]) + "#" not in page  # the person's own page is not the clerk's
