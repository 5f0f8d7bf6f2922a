"""For whom a page was opened: nothing of one party reaches another one's pages, whatever tab it is sent from."""

import re
from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cases.models import Case
from certificates.models import Document
from identity.mandates import actions as mandates
from identity.models import Account, Person
from identity.queries import actor_for
from portal.middleware import PRINCIPAL_KEY
from tests.architecture.test_permission_matrix import addresses
from tests.factories.cast import Cast, a_citizen, a_person, a_picture
from tests.factories.mandates import a_mandate, an_agent, some_terms
from tests.factories.visitors import a_form, a_visitor, address
from tests.factories.wards import a_guardian, a_ward

_HIDDEN = re.compile(r'name="opened_for" value="([^"]+)"')
_POST_FORM = re.compile(r'<form[^>]*method="post".*?</form>', re.DOTALL)
# Here all one's parties stand side by side, and nothing else of theirs.
_SIDE_BY_SIDE = {"choose_principal", "my_mandates"}


class TwoParties:
    """Zhao's browser, who acts for Li and for Qian, two people with the same items and things of their own."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        cast.version.audience = ["1", "2"]
        fields = ["person.name", "person.id_number", "person.phone", "contact.name", "area"]
        cast.version.steps[0]["fields"] = [
            {"key": key, "element": key if "." in key else "", "label": key, "type": "text", "required": True}
            for key in fields
        ]
        cast.version.save()
        self.qian = a_person("钱有福", serial="08", phone="13900000008")
        a_citizen(self.qian)
        self.zhao = Person.objects.get(pk=cast.stranger.person_id)
        for giver in (cast.person, actor_for(self.qian.account)):
            an_agent(cast, giver=giver, terms=some_terms(may_use_wallet=True))
        self.browser = a_visitor(self.zhao.account)

    def act_for(self, person: Person) -> None:
        self.browser.post(address("choose_principal"), {"principal_id": str(person.pk)})
        assert self.browser.session[PRINCIPAL_KEY] == str(person.pk)

    def apply(self, person: Person, area: str) -> Case:
        """Start a draft, fill it in and hand in what it asks for."""
        self.act_for(person)
        self.browser.post(address("start_draft", self.cast.item.pk), {"request_key": f"start-{person.pk}"})
        case = Case.objects.get(applicant_id=person.pk)
        self.send("draft_step", case, "shop", **{**{k: v["value"] for k, v in case.answers.items()}, "area": area})
        for row in case.materials.all():
            if row.requirement.promise_text:
                self.send("material_promise", case, row.pk, promised="on")
            else:
                self.send("material_upload", case, row.pk, file=a_picture(f"{person.name}.png"))
        return Case.objects.get(pk=case.pk)

    def send(self, name: str, case: Case, *args: object, **fields: object) -> HttpResponse:
        form = a_form(case, key=f"{name}-{case.pk}-{args}", **fields)
        return self.browser.post(address(name, case.pk, *args), form)  # type: ignore[return-value]


@pytest.fixture
def two(cast: Cast) -> TwoParties:
    return TwoParties(cast)


def pages_of(cases: dict[str, Case], cast: Cast) -> Iterator[tuple[str, dict[str, object]]]:
    """Every page that citizens open with GET and that needs nothing but a case, an item or nothing."""
    case = cases["own"]
    known = {"case_id": case.pk, "item_id": cast.item.pk, "step": "shop", "code": cast.licence.verify_code}
    workbench = ("workbench", "worklist", "case_action", "see_original", "certificate_operation")
    nobodys = ("display",)  # a screen at a window, where nobody is signed in
    for name, wanted in sorted(addresses().items()):
        if wanted <= set(known) and not name.startswith(workbench + nobodys):
            yield name, {key: known[key] for key in wanted}


def marks_of(person: Person) -> list[str]:
    return [person.name, person.id_number, person.phone or ""]


def walk(two: TwoParties, person: Person, other: Person, case: Case) -> int:
    """Open everything as ``person``'s agent; nothing of the other may be there. Returns how many pages answered."""
    two.act_for(person)
    seen = 0
    for name, wanted in pages_of({"own": case}, two.cast):
        answer = two.browser.get(reverse(name, kwargs=wanted))
        if answer.status_code != 200 or "text/html" not in answer.headers.get("Content-Type", ""):
            continue
        seen += 1
        page = answer.content.decode()
        for mark in marks_of(other)[name in _SIDE_BY_SIDE :]:
            assert mark not in page, f"{name} for {person.name} shows {mark}"
        for form in _POST_FORM.findall(page):
            assert _HIDDEN.findall(form) == [str(person.pk)], f"{name}: {form[:200]}"
        if "<html" not in page:  # a part of a page that is there already
            continue
        assert "正在为" in page, name
        assert "换回本人" in page, name
    return seen


def test_no_page_for_one_party_shows_a_byte_of_the_other(two: TwoParties):
    li, qian = two.cast.li, two.qian
    cases = {li: two.apply(li, "11"), qian: two.apply(qian, "22")}
    for state in ("draft", "submitted"):
        for person, other in ((li, qian), (qian, li)):
            assert walk(two, person, other, cases[person]) >= 18, state
            theirs = two.browser.get(address("my_case", cases[other].pk))
            assert theirs.status_code == 404
        for person in (li, qian):
            two.act_for(person)
            two.send("submit_case", cases[person], declared="on")
    for person, area in ((li, "11"), (qian, "22")):
        case = Case.objects.get(applicant_id=person.pk)
        values = {key: answer["value"] for key, answer in case.answers.items()}
        assert case.state == "submitted"
        assert (values["person.name"], values["area"], values["contact.name"]) == (person.name, area, "赵无关")
        own = Document.objects.filter(case_uses__case=case)
        assert {row.owner_id for row in own} == {person.pk}
        assert {row.file_name for row in own} == {f"{person.name}.png"}


@pytest.mark.parametrize("name", ["start_draft", "draft_step", "submit_case", "discard_draft", "document_upload"])
def test_a_form_opened_for_one_and_sent_for_another_does_nothing(two: TwoParties, name: str):
    case = two.apply(two.cast.li, "11")
    opened_for = str(two.cast.li.pk)
    two.act_for(two.qian)
    arguments = {"start_draft": [two.cast.item.pk], "draft_step": [case.pk, "shop"], "document_upload": []}
    before = (case.version, case.answers, Case.objects.count(), Document.objects.count())
    for browser in (two.browser, _himself(two)):
        sent = {**a_form(case, area="99", declared="on", kind="id-copy"), "opened_for": opened_for}
        answer = browser.post(address(name, *arguments.get(name, [case.pk])), sent)
        assert answer.status_code == 409
        page = answer.content.decode()
        assert "identity.opened_for_another" in page
        assert "没有提交" in page
        case = Case.objects.get(pk=case.pk)
        assert (case.version, case.answers, Case.objects.count(), Document.objects.count()) == before


def _himself(two: TwoParties) -> Client:
    """Another browser in which Zhao acts for himself."""
    return a_visitor(two.zhao.account)


def test_after_the_mandate_has_ended_a_second_press_does_not_start_in_one_s_own_name(two: TwoParties):
    two.act_for(two.cast.li)
    page = two.browser.get(address("item_guide", two.cast.item.pk)).content.decode()
    sent = {"request_key": "k", "opened_for": _HIDDEN.findall(page)[0]}
    mandate = two.cast.li.party.given_mandates.get()
    mandates.revoke(two.cast.person, mandate_id=mandate.pk)
    for code in ("identity.mandate_ended", "identity.opened_for_another"):
        answer = two.browser.post(address("start_draft", two.cast.item.pk), sent)
        assert (answer.status_code, code in answer.content.decode()) == (409, True)
    assert not Case.objects.exists()


def test_any_page_may_be_the_one_that_tells_of_the_end(two: TwoParties):
    for path, status in (("/no-such-page/", 409), ("/verify/", 409), ("/account/login/", 409)):
        two.act_for(two.cast.li)
        mandate = two.cast.li.party.given_mandates.get(state="accepted")
        mandates.revoke(two.cast.person, mandate_id=mandate.pk)
        answer = two.browser.get(path)
        if path != "/account/login/":  # whoever is signed in is only led on from there
            assert (answer.status_code, "identity.mandate_ended" in answer.content.decode()) == (status, True), path
        assert two.browser.get("/my/cases/").status_code in {200, 409}
        an_agent(two.cast, giver=two.cast.person)


def test_error_pages_say_for_whom_one_acts_and_lead_back(two: TwoParties):
    two.act_for(two.qian)
    for path in ("/no-such-page/", address("my_case", two.cast.item.pk)):
        answer = two.browser.get(path)
        page = answer.content.decode()
        assert answer.status_code == 404
        assert "正在为" in page
        assert "换回本人" in page
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = two.browser.cookies
    page = strict.post(address("start_draft", two.cast.item.pk)).content.decode()
    assert "csrf_failed" in page
    assert "正在为" in page


def test_back_to_oneself_works_from_an_old_page(two: TwoParties):
    two.act_for(two.qian)
    sent = {"principal_id": str(two.zhao.pk), "opened_for": str(two.cast.li.pk)}
    assert two.browser.post(address("choose_principal"), sent).status_code == 302
    assert "正在为" not in two.browser.get("/").content.decode()


def test_renewal_is_offered_near_the_end_and_done_with_one_press(cast: Cast, li: Client):
    an_agent(cast, giver=cast.person)
    mandate = cast.li.party.given_mandates.get()
    assert "确定续办" not in li.get("/my/mandates/?side=given").content.decode()
    mandate.ends_on = mandate.starts_on
    mandate.save()
    page = li.get("/my/mandates/?side=given").content.decode()
    assert "确定续办" in page
    assert "打不开证照和材料" in page
    for _double_click in range(2):
        assert li.post(address("mandate_step", mandate.pk, "renew"), {"request_key": "k"}).status_code == 302
    assert cast.li.party.given_mandates.count() == 2
    assert "确定续办" not in li.get("/my/mandates/?side=given").content.decode()


def test_what_a_mandate_opens_is_said_before_it_is_accepted(cast: Cast):
    a_mandate(cast, giver=cast.person, terms=some_terms(may_use_wallet=True))
    zhao = Person.objects.get(pk=cast.stranger.person_id)
    assert "能打开全部证照和材料" in a_visitor(zhao.account).get("/my/mandates/").content.decode()


def test_nobody_offers_to_end_a_guardianship_online(cast: Cast):
    ward = a_ward(10, phone="13900000010")
    a_guardian(cast, ward)
    account: Account = a_citizen(ward)
    page = a_visitor(account).get("/my/mandates/?side=given").content.decode()
    assert "监护关系依法确定" in page
    assert "确定解除" not in page
    refused = a_visitor(account).get(address("mandate_new"))
    assert refused.status_code in {200, 403}
