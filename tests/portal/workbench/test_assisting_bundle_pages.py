"""一件事 at a window, as the clerk's browser and the display meet it."""

import pytest
from django.test import Client
from django.urls import reverse

from cases.assisting.models import Assistance
from cases.models import Case, JointCase
from tests.factories.assisting import a_whole_joint, a_window_of, the_display_of
from tests.factories.cast import a_picture
from tests.factories.joint import FILLED, Street, build_street, material_of
from tests.factories.workbench import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def street(db: None) -> Street:
    return build_street()


@pytest.fixture
def window(street: Street):
    return a_window_of(street)


@pytest.fixture
def clerk(street: Street) -> Client:
    return browser_of(street.clerk)


@pytest.fixture
def screen(street: Street, window) -> Client:
    browser = Client()
    browser.cookies["window_display"] = the_display_of(street, window)
    return browser


def begin(clerk: Client, street: Street, window, **fields):
    sent = {
        "request_key": "b1",
        "document_kind": street.li.document_kind,
        "id_number": street.li.id_number,
        "item": "bundle:open-shop",
        "seen": "on",
        **fields,
    }
    return clerk.post(reverse("assistance_new", args=[window.pk]), sent)


def say(screen: Client, what: str):
    row = Assistance.objects.get()
    return screen.post(reverse("display_answer"), {"assistance": row.pk, "digest": row.draft_digest, "say": what})


def step(clerk: Client, action: str, **sent):
    return clerk.post(reverse("assistance_step", args=[Assistance.objects.get().pk, action]), sent)


def test_from_the_question_to_the_one_receipt(street: Street, window, clerk: Client, screen: Client):
    form = clerk.get(reverse("assistance_new", args=[window.pk])).content.decode()
    assert "bundle:open-shop" in form
    assert begin(clerk, street, window).status_code == 302
    row = Assistance.objects.get()
    assert "开一家店" in screen.get(reverse("display")).content.decode()
    plan = f"{reverse('bundle', args=['open-shop'])}?sign=yes"
    apply = reverse("start_joint", args=["open-shop"])
    assert apply not in clerk.get(plan).content.decode()  # not before the answer: the page is anybody's
    say(screen, "agree")
    page = clerk.get(reverse("assistance", args=[row.pk])).content.decode()
    assert reverse("bundle", args=["open-shop"]) in page
    shown = clerk.get(plan).content.decode()
    assert apply in shown
    assert reverse("begin_item", args=["open-shop", "reg"]) not in shown
    answer = clerk.post(apply, {"sign": "yes", "request_key": "j1"})
    joint = JointCase.objects.get()
    assert answer.headers["Location"] == reverse("my_joint", args=[joint.pk])
    assert clerk.get(answer.headers["Location"]).status_code == 302
    step_page = reverse("joint_step", args=[joint.pk, "common"])
    assert reverse("discard_joint", args=[joint.pk]) not in clerk.get(step_page).content.decode()
    joint.refresh_from_db()
    sent = {**FILLED, "version": joint.version, "request_key": "j2"}
    assert clerk.post(step_page, sent).status_code == 302
    material = material_of(joint, "reg", "premises")
    upload = reverse("material_upload", args=[material.case_id, material.pk])
    answer = clerk.post(upload, {"request_key": "u1", "file": a_picture()})
    assert answer.headers["Location"] == f"{reverse('joint_materials', args=[joint.pk])}#material-{material.pk}"
    assert step(clerk, "ask").status_code == 422  # the other pages are empty
    a_whole_joint(street)
    check = clerk.get(reverse("joint_check", args=[joint.pk])).content.decode()
    assert 'name="declared"' not in check
    assert step(clerk, "ask").status_code == 302
    assert clerk.get(reverse("assistance_consent", args=[row.pk])).content.startswith(b"%PDF")  # to be signed on paper
    assert "清荷小馆" in screen.get(reverse("display")).content.decode()
    say(screen, "confirm")
    page = clerk.get(reverse("assistance", args=[row.pk])).content.decode()
    assert reverse("submit_joint", args=[joint.pk]) in page
    joint.refresh_from_db()
    sent = {"version": joint.version, "request_key": "s2", "declared": "on"}
    answer = clerk.post(reverse("submit_joint", args=[joint.pk]), sent)
    assert answer.headers["Location"] == reverse("assistance", args=[row.pk])
    joint.refresh_from_db()
    assert joint.number in screen.get(reverse("display")).content.decode()
    page = clerk.get(reverse("assistance", args=[row.pk])).content.decode()
    assert joint.number in page
    assert clerk.get(reverse("my_joint", args=[joint.pk])).status_code == 404  # it is over
    assert joint.number in clerk.get(reverse("calling_desk", args=[window.pk])).content.decode()


def test_the_clerk_opens_nothing_beside_it(street: Street, window, clerk: Client, screen: Client):
    begin(clerk, street, window)
    say(screen, "agree")
    clerk.post(reverse("start_joint", args=["open-shop"]), {"sign": "yes", "request_key": "j1"})
    joint = JointCase.objects.get()
    case = Case.objects.first()
    for name, args in (
        ("discard_joint", [joint.pk]),
        ("withdraw_joint", [joint.pk]),
        ("begin_item", ["open-shop", "reg"]),
        ("submit_case", [case.pk]),
        ("discard_draft", [case.pk]),
    ):
        assert clerk.post(reverse(name, args=args)).status_code == 404, name
    for name in ("my_cases", "wallet", "locker"):
        assert clerk.get(reverse(name)).status_code == 404, name
    say(screen, "stop")
    assert clerk.get(reverse("joint_check", args=[joint.pk])).status_code == 404
    assert clerk.post(reverse("start_joint", args=["open-shop"]), {"sign": "yes"}).status_code == 404
    assert JointCase.objects.get().version == joint.version


def test_bad_input_is_said_at_its_field(street: Street, window, clerk: Client):
    for sent, words in (
        ({"seen": ""}, "核对本人和证件"),
        ({"sheet": "ZB1"}, "这一项不用填"),
        ({"item_code": "1"}, "这一项不用填"),
        ({"item": "bundle:none"}, "item"),
        ({"whose": "other", "party": "x"}, "页面已经失效"),
    ):
        answer = begin(clerk, street, window, **sent)
        assert (answer.status_code, words in answer.content.decode()) == (422, True), sent
    assert not Assistance.objects.exists()
