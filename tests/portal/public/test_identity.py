"""Pages on which people change who they are known as, and bind what they represent."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from identity.actor import SYSTEM
from identity.errors import VerificationUnavailable
from identity.models import Organisation, Person, PersonChange
from identity.organisation_actions import change_state
from identity.queries import find_account_by_login
from identity.rules import make_uscc
from portal.middleware import PRINCIPAL_KEY
from tests.factories import moves
from tests.factories.cast import PASSWORD, build_cast
from tests.factories.persons import a_library_entry
from tests.factories.phones import last_code

USCC = make_uscc(prefix="91", region="519902", body="MA0000Q7")
NEW = "13900000088"


@pytest.fixture
def cast(db):
    cache.clear()
    return build_cast()


def stepped_up(account) -> Client:
    """A browser that has just given its password."""
    client = Client()
    client.force_login(account, backend="identity.backends.PhoneOrIdBackend")
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


def test_the_phone_is_changed_in_two_steps(cast):
    browser = stepped_up(cast.account)
    assert browser.get("/my/account/phone/").status_code == 200
    sent = browser.post("/my/account/phone/", {"phone": NEW, "has_old": "yes"})
    assert sent.headers["Location"] == "/my/account/phone/codes/"
    page = "/my/account/phone/codes/"
    assert "原手机号" in browser.get(page).content.decode()
    wrong = browser.post(page, {"code": last_code(NEW), "old_code": "abc"})
    assert wrong.status_code == 422
    done = browser.post(page, {"code": last_code(NEW), "old_code": last_code("13900000001")})
    assert done.headers["Location"] == "/my/account/"
    assert browser.get("/my/account/").status_code == 200
    assert find_account_by_login(NEW) == cast.account


def test_without_a_step_up_nothing_is_asked(cast):
    browser = Client()
    browser.force_login(cast.account, backend="identity.backends.PhoneOrIdBackend")
    for page in ("/my/account/phone/", "/my/account/phone/codes/", "/my/account/identity/"):
        assert "reauthenticate" in browser.get(page).headers["Location"]
        browser.post(page, {"phone": NEW, "has_old": "no"})
    assert not PersonChange.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "李а"}, "name"),
        ({"name": "禾" * 61}, "name"),
        ({"name": "李\x00"}, "name"),
        ({"id_number": "H12345678"}, "id_number"),
        ({"document_kind": "414", "id_number": "C01X00T47"}, "issuer"),
        ({"document_kind": "999"}, "document_kind"),
    ],
)
def test_bad_input_is_told_at_its_field(cast, fields, field):
    given = {"name": "李清荷", "document_kind": "111", "id_number": cast.li.id_number, **fields}
    answer = stepped_up(cast.account).post("/my/account/identity/", given)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not PersonChange.objects.exists()


def test_an_organisation_is_bound_on_its_page(cast):
    a_library_entry(cast.li, uscc=USCC)
    browser = stepped_up(cast.account)
    refused = browser.post("/my/organisations/", {"uscc": USCC, "name": "别家公司"})
    assert refused.status_code == 409
    assert "没有对上" in refused.content.decode()
    assert browser.post("/my/organisations/", {"uscc": USCC, "name": "新禾食品有限公司"}).status_code == 302
    assert Organisation.objects.get(uscc=USCC).legal_representative == cast.li
    assert "存续" in browser.get("/my/organisations/").content.decode()


def test_the_page_of_an_ended_organisation_says_why_and_its_draft_can_be_read(cast):
    case = moves.a_ready_draft(cast)
    change_state(SYSTEM, organisation_id=cast.shop.pk, state="revoked")
    browser = stepped_up(cast.account)
    session = browser.session
    session[PRINCIPAL_KEY] = str(cast.shop.pk)
    session.save()
    lost = browser.get("/my/cases/")
    assert lost.status_code == 409
    assert "吊销未注销" in lost.content.decode()
    for page in ("form/shop/", "materials/", "check/"):
        assert browser.get(f"/my/cases/{case.pk}/{page}").status_code == 200, page
    answer = browser.post(f"/my/cases/{case.pk}/submit/", {"declared": "on", "version": case.version})
    assert answer.status_code in {409, 422}
    case.refresh_from_db()
    assert case.state == "draft"


class Service:
    """A face service that knows one proof."""

    name = "test_face"

    def begin(self, *, document, name, return_url):
        return f"https://face.example/?to={return_url}"

    def compare(self, check):
        if check.proof == "silent":
            raise VerificationUnavailable
        return "agreed" if check.proof == "good" else "differs"


def test_level_four_comes_from_a_configured_face_service_alone(cast, settings):
    Person.objects.filter(pk=cast.li.pk).update(assurance_level=3)
    browser = stepped_up(cast.account)
    assert "本市还没有接入" in browser.get("/my/account/").content.decode()
    assert browser.get("/my/account/face/", {"proof": "good"}).status_code == 404
    settings.FACE_SOURCE = "tests.portal.public.test_identity.Service"
    assert browser.get("/my/account/face/").headers["Location"].startswith("https://face.example/")
    for proof, status in (("bad", 409), ("silent", 503)):
        assert browser.get("/my/account/face/", {"proof": proof}).status_code == status
        assert Person.objects.get(pk=cast.li.pk).assurance_level == 3
    assert browser.get("/my/account/face/", {"proof": "good"}).status_code == 302
    assert Person.objects.get(pk=cast.li.pk).assurance_level == 4


def test_today_is_no_birth_date_of_tomorrow():
    from identity.errors import DocumentInvalid
    from identity.persons.documents import check, check_born

    with pytest.raises(DocumentInvalid):
        check_born(check("511", "12345678"), timezone.localdate() + dt.timedelta(days=1))
