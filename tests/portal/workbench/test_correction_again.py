"""再次告知补正: who is offered it, its form, and what the applicant reads then."""

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions import drafts, intake, submission
from cases.models import Case, Notice
from cases.states import State
from tests.factories.cast import Cast, a_picture
from tests.factories.moves import a_submitted_case
from tests.factories.visitors import a_visitor, address
from tests.factories.workbench import browser_of


@pytest.fixture
def corrected(cast: Cast) -> Case:
    """A case that waits for acceptance again after its one notice."""
    case = a_submitted_case(cast)
    row = case.materials.get(requirement__key="plan")
    intake.ask_correction(cast.clerk, case_id=case.pk, corrections={row.pk: "看不清"})
    drafts.upload_material(cast.citizen, case_id=case.pk, material_id=row.pk, upload=a_picture(size=30))
    return submission.correct(cast.citizen, case_id=case.pk)


def _form(browser: Client, case: Case, **values: str) -> tuple[str, dict[str, str]]:
    place = reverse("case_action", args=[case.pk, "ask-correction-again"])
    form = browser.get(place).context["form"]
    return place, {"version": str(case.version), "request_key": form["request_key"].value(), **values}


def test_the_supervisor_alone_is_offered_it(cast: Cast, corrected: Case):
    for actor, is_offered in ((cast.supervisor, True), (cast.clerk, False), (cast.decider, False)):
        page = browser_of(actor).get(reverse("workbench_case", args=[corrected.pk])).content.decode()
        assert ("再次告知补正" in page) is is_offered, actor
        assert "窗口不能再发" in page
    refused = browser_of(cast.clerk).get(reverse("case_action", args=[corrected.pk, "ask-correction-again"]))
    assert refused.status_code == 403


def test_it_is_sent_with_its_reason_and_the_applicant_reads_it(cast: Cast, corrected: Case):
    browser = browser_of(cast.supervisor)
    row = corrected.materials.get(requirement__key="plan")
    place, form = _form(browser, corrected, **{f"material_{row.pk}": "没有标出消毒间"})
    answer = browser.post(place, form)
    assert answer.status_code == 422
    assert answer.context["form"].errors["reason"]
    assert browser.post(place, {**form, "reason": "窗口漏看了"}).status_code == 302
    corrected.refresh_from_db()
    assert corrected.state == State.CORRECTING
    assert corrected.notices.filter(kind=Notice.Kind.CORRECTION, is_repeated=True).count() == 1
    page = a_visitor(cast.account, acting_for=cast.shop).get(address("my_case", corrected.pk)).content.decode()
    assert "没有标出消毒间" in page
    assert "第一次没有说全" in page
    assert "已换成新的" not in page, "what answered the first notice does not answer this one"
