"""From the question on the display to the receipt, and what is refused on the way."""

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import timezone

from cases import errors as case_errors
from cases.actions import drafts, submission
from cases.assisting import desk_actions as desk
from cases.assisting import display_actions, errors, queries
from cases.assisting.models import Assistance, WindowDisplay
from cases.assisting.standing import find_actor
from cases.counter import calling_actions
from cases.counter.errors import NotSeated
from cases.models import Case, Notice
from cases.queries import get_case
from cases.visibility import visible_to
from certificates.models import Document
from common.models import AuditEvent
from identity.actions import open_account
from identity.actor import PUBLIC, SYSTEM
from identity.events import PERSON_READ
from identity.models import Account, Person
from identity.queries import actor_for
from tests.factories.assisting import a_display, a_whole_draft, a_wish, acting, agreed, begun, confirmed
from tests.factories.cast import PASSWORD, a_citizen, a_picture
from tests.factories.counter import Counter, a_ticket

pytestmark = pytest.mark.django_db


def test_somebody_without_a_phone_is_served_from_the_question_to_grade_b(counter: Counter, man, key: str):
    a_ticket(counter)
    calling_actions.call_next(counter.clerk, window_id=counter.one.pk)
    row = begun(counter, man)
    assert row.ticket is not None
    assert queries.shown_on(key).step == "asked"
    assert any("孙" not in line and "食品经营许可" in line for line in row.asked)
    assert find_actor(counter.clerk) is None  # nothing is read before the answer
    display_actions.answer(PUBLIC, key=key, assistance_id=row.pk, is_agreed=True)
    case = a_whole_draft(counter, row)
    assert (case.applicant_id, case.agent_id, case.agent_account_id) == (man.pk, man.pk, counter.clerk.account_id)
    for one in queries.progress_of(queries.get_assistance(counter.clerk, row.pk)).to_compare:
        desk.compare_original(counter.clerk, assistance_id=row.pk, material_id=one.pk)
    assert set(Document.objects.filter(owner=man.party).values_list("grade", "source")) == {("B", "counter")}
    confirmed(counter, row, key)
    case = submission.submit(acting(counter), case_id=case.pk, declared=True)
    assert case.number
    signature = case.signature
    assert (signature.capacity, signature.method, signature.level) == ("self", "counter_display", 5)
    channel = signature.content["channel"]
    assert channel == f"{counter.hall.name}1号窗口，经办人员1001"
    receipt = Notice.objects.get(case=case)
    assert ["收件窗口", channel] in [list(fact) for fact in receipt.content["facts"]]
    assert "1号窗口" in case.events.latest("id").actor_label
    row.refresh_from_db()
    assert (row.state, row.case_id) == ("done", case.pk)
    assert find_actor(counter.clerk) is None  # it ended with what it was for
    assert queries.shown_on(key).step == "done"
    desk.hand_back(counter.clerk, assistance_id=row.pk)
    assert queries.shown_on(key).step == "idle"


@pytest.mark.parametrize("is_agreed", [True, False])
def test_the_screen_never_goes_back_to_who_stood_there_before(counter: Counter, man, key: str, is_agreed: bool):
    row = agreed(counter, man, key)
    case = a_whole_draft(counter, row)
    for one in queries.progress_of(queries.get_assistance(counter.clerk, row.pk)).to_compare:
        desk.compare_original(counter.clerk, assistance_id=row.pk, material_id=one.pk)
    confirmed(counter, row, key)
    submission.submit(acting(counter), case_id=case.pk, declared=True)
    assert queries.shown_on(key).step == "done"
    later = begun(counter, man)  # whoever comes next
    display_actions.answer(PUBLIC, key=key, assistance_id=later.pk, is_agreed=is_agreed)
    if is_agreed:
        desk.end_session(counter.clerk, assistance_id=later.pk)
    assert queries.shown_on(key).step == "idle"


def test_nothing_is_written_without_consent(counter: Counter, man, key: str):
    row = begun(counter, man)
    with pytest.raises(errors.AssistanceOver):
        desk.open_draft(counter.clerk, assistance_id=row.pk)
    display_actions.answer(PUBLIC, key=key, assistance_id=row.pk, is_agreed=False)
    with pytest.raises(errors.AssistanceOver):
        desk.open_draft(counter.clerk, assistance_id=row.pk)
    row.refresh_from_db()
    assert row.state == "declined"
    assert Case.objects.count() == 0


def test_what_begins_wrong_begins_nothing(counter: Counter, man, key: str):
    with pytest.raises(errors.NotSeen) as refused:
        begun(counter, man, is_seen=False)
    assert set(refused.value.fields) == {"seen"}
    with pytest.raises(errors.AssistanceInvalid) as wrong:
        begun(counter, man, party_id=counter.cast.shop.pk)
    assert set(wrong.value.fields) == {"party"}
    version = counter.item.current
    version.audience = ["2"]
    version.save()
    with pytest.raises(case_errors.WrongApplicantKind):
        begun(counter, man)
    Account.objects.filter(pk=counter.clerk.account_id).update(person=man)
    with pytest.raises(errors.OwnAssistance):
        begun(counter, man)
    assert Assistance.objects.count() == 0


def test_a_shop_owner_is_served_in_the_name_of_the_shop(counter: Counter, key: str):
    cast = counter.cast
    row = agreed(counter, cast.li, key, party_id=cast.shop.pk)
    case = desk.open_draft(counter.clerk, assistance_id=row.pk)
    assert (case.applicant_id, case.agent_id) == (cast.shop.pk, cast.li.pk)
    assert case.materials.get(requirement__key="licence").way == "certificate"


def test_one_window_and_one_person_at_a_time(counter: Counter, man, key: str):
    begun(counter, man)
    with pytest.raises(errors.WindowAssisting):
        begun(counter, counter.cast.li)
    with pytest.raises(errors.PersonAssisted):
        desk.begin(counter.colleague, window_id=counter.two.pk, wish=a_wish(counter, man))
    assert Assistance.objects.count() == 1


def test_the_display_is_bound_once_by_a_code_and_only_where_nobody_is_signed_in(counter: Counter):
    code = display_actions.make_code(counter.clerk, window_id=counter.one.pk)
    with pytest.raises(errors.DisplaySignedIn):
        display_actions.bind_display(counter.clerk, code=code, address="10.0.0.1")
    first = display_actions.bind_display(PUBLIC, code=code, address="10.0.0.1")
    with pytest.raises(errors.CodeWrong):
        display_actions.bind_display(PUBLIC, code=code, address="10.0.0.1")
    second = a_display(counter)
    with pytest.raises(errors.DisplayUnknown):
        queries.shown_on(first)
    assert queries.shown_on(second).step == "idle"
    late = display_actions.make_code(counter.clerk, window_id=counter.one.pk)
    WindowDisplay.objects.update(code_ends_at=timezone.now())
    with pytest.raises(errors.CodeWrong):
        display_actions.bind_display(PUBLIC, code=late, address="10.0.0.1")
    with pytest.raises(errors.DisplayUnknown):
        queries.shown_on("")


def test_codes_are_not_guessed_for_long(counter: Counter):
    for _ in range(10):
        with pytest.raises(errors.CodeWrong):
            display_actions.bind_display(PUBLIC, code="00000000", address="10.0.0.9")
    with pytest.raises(errors.TooManyCodes):
        display_actions.bind_display(PUBLIC, code="00000000", address="10.0.0.9")


def test_a_clerk_cannot_press_for_the_person(counter: Counter, man, key: str):
    row = begun(counter, man)
    with pytest.raises(errors.DisplaySignedIn):
        display_actions.answer(counter.clerk, key=key, assistance_id=row.pk, is_agreed=True)
    other = display_actions.make_code(counter.colleague, window_id=counter.two.pk)
    elsewhere = display_actions.bind_display(PUBLIC, code=other, address="10.0.0.2")
    with pytest.raises(errors.AssistanceNotFound):
        display_actions.answer(PUBLIC, key=elsewhere, assistance_id=row.pk, is_agreed=True)
    row.refresh_from_db()
    assert row.state == "asked"


def test_only_what_was_confirmed_is_handed_in(counter: Counter, man, key: str):
    row = agreed(counter, man, key)
    case = desk.open_draft(counter.clerk, assistance_id=row.pk)
    with pytest.raises(case_errors.AnswersIncomplete):
        desk.ask_confirmation(counter.clerk, assistance_id=row.pk)
    a_whole_draft(counter, row)
    actor = acting(counter)
    with pytest.raises(errors.NotConfirmed):
        submission.submit(actor, case_id=case.pk, declared=True)
    asked = desk.ask_confirmation(counter.clerk, assistance_id=row.pk)
    with pytest.raises(errors.AssistanceMoved):
        display_actions.confirm(PUBLIC, key=key, assistance_id=row.pk, digest="0" * 64)
    display_actions.confirm(PUBLIC, key=key, assistance_id=row.pk, digest=asked.draft_digest)
    raw = {"org.name": "孙家面馆", "area": "300", "note": ""}
    drafts.save_answers(actor, case_id=case.pk, step_key="shop", raw=raw)
    with pytest.raises(errors.NotConfirmed):
        submission.submit(actor, case_id=case.pk, declared=True)
    assert Case.objects.get(pk=case.pk).state == "draft"
    confirmed(counter, row, key)
    assert submission.submit(actor, case_id=case.pk, declared=True).state == "submitted"


def test_consent_ends_when_withdrawn_when_time_is_over_and_when_the_clerk_leaves(counter: Counter, man, key: str):
    row = agreed(counter, man, key)
    case = desk.open_draft(counter.clerk, assistance_id=row.pk)
    actor = acting(counter)
    Assistance.objects.update(ends_at=timezone.now() - dt.timedelta(seconds=1))
    _refused(actor, case)
    Assistance.objects.update(ends_at=timezone.now() + dt.timedelta(hours=1))
    calling_actions.stand_up(counter.clerk, window_id=counter.one.pk)
    _refused(actor, case)
    calling_actions.sit_down(counter.clerk, window_id=counter.one.pk)
    display_actions.withdraw(PUBLIC, key=key, assistance_id=row.pk)
    _refused(actor, case)
    assert find_actor(counter.clerk) is None
    assert Case.objects.get(pk=case.pk).version == case.version


def _refused(actor, case: Case) -> None:
    raw = {"org.name": "别的", "area": "1", "note": ""}
    with pytest.raises(errors.AssistanceOver):
        drafts.save_answers(actor, case_id=case.pk, step_key="shop", raw=raw)


def test_a_draft_goes_on_at_another_window_and_on_the_persons_own_phone(counter: Counter, man, key: str):
    row = agreed(counter, man, key)
    case = desk.open_draft(counter.clerk, assistance_id=row.pk)
    raw = {"org.name": "孙家面馆", "area": "30", "note": ""}
    drafts.save_answers(acting(counter), case_id=case.pk, step_key="shop", raw=raw)
    calling_actions.stand_up(counter.clerk, window_id=counter.one.pk)  # forgotten: it makes room by itself
    again = desk.begin(counter.colleague, window_id=counter.two.pk, wish=a_wish(counter, man))
    code = display_actions.make_code(counter.colleague, window_id=counter.two.pk)
    other = display_actions.bind_display(PUBLIC, code=code, address="10.0.0.2")
    display_actions.answer(PUBLIC, key=other, assistance_id=again.pk, is_agreed=True)
    assert desk.open_draft(counter.colleague, assistance_id=again.pk).pk == case.pk
    desk.end_session(counter.colleague, assistance_id=again.pk)
    own = replace(actor_for(a_citizen(man)), assurance_level=3)
    mine = drafts.start_draft(own, item_id=counter.item.pk)
    assert mine.pk == case.pk
    assert mine.answers["area"]["value"] == "30"
    assert mine.agent_account_id == own.account_id


def test_a_draft_begun_on_the_phone_is_opened_after_consent(counter: Counter, key: str):
    cast = counter.cast
    mine = drafts.start_draft(cast.person, item_id=counter.item.pk)
    assert not visible_to(counter.clerk).filter(pk=mine.pk).exists()
    row = agreed(counter, cast.li, key)
    assert desk.open_draft(counter.clerk, assistance_id=row.pk).pk == mine.pk
    others = drafts.start_draft(cast.citizen, item_id=counter.item.pk)
    with pytest.raises(case_errors.CaseNotFound):
        get_case(acting(counter), others.pk)  # her shop's is not what she consented to


def test_who_cannot_use_the_screen_signs_on_paper(counter: Counter, man):
    row = begun(counter, man)
    with pytest.raises(errors.PaperNeeded) as refused:
        desk.record_paper(counter.clerk, assistance_id=row.pk, scan=a_picture(), reason=" ")
    assert set(refused.value.fields) == {"reason"}
    assert Document.objects.count() == 0 or not Document.objects.filter(owner=man.party).exists()
    said = "视力不好，看不清屏幕"
    desk.record_paper(counter.clerk, assistance_id=row.pk, scan=a_picture(), reason=said)
    a_whole_draft(counter, row)
    with pytest.raises(errors.AssistanceMoved):  # nothing was asked that a signature could stand for
        desk.record_paper(counter.clerk, assistance_id=row.pk, scan=a_picture(), reason=said)
    desk.ask_confirmation(counter.clerk, assistance_id=row.pk)
    desk.record_paper(counter.clerk, assistance_id=row.pk, scan=a_picture(size=30), reason=said)
    case = submission.submit(acting(counter), case_id=Assistance.objects.get().case_id, declared=True)
    assert case.signature.method == "counter_paper"
    row.refresh_from_db()
    assert row.consent_paper_id
    assert row.confirmed_paper_id
    assert row.paper_reason == said


def test_another_clerk_sees_and_moves_nothing(counter: Counter, man, key: str):
    row = agreed(counter, man, key)
    with pytest.raises(errors.AssistanceNotFound):
        queries.get_assistance(counter.colleague, row.pk)
    for act in (desk.open_draft, desk.ask_confirmation):
        with pytest.raises(errors.AssistanceOver):
            act(counter.colleague, assistance_id=row.pk)
    for act in (desk.end_session, desk.hand_back):
        with pytest.raises(NotSeated):
            act(counter.colleague, assistance_id=row.pk)
    row.refresh_from_db()
    assert row.state == "agreed"


def test_the_person_reads_who_did_what(counter: Counter, man, key: str):
    row = agreed(counter, man, key)
    desk.open_draft(counter.clerk, assistance_id=row.pk)
    desk.note_page(acting(counter), page="draft_step", method="POST")
    open_account(SYSTEM, person=man, password=PASSWORD)
    rows = AuditEvent.objects.filter(holder_id=man.pk)
    assert {"counter.assisted", "counter.assistance_moved", PERSON_READ.code} <= set(
        rows.values_list("code", flat=True)
    )
    assert rows.get(code="counter.assisted").department_id == counter.clerk.department_id


def test_nobody_fills_in_for_who_closed_their_account_since(counter: Counter, man, key: str):
    row = agreed(counter, man, key)
    Person.objects.filter(pk=man.pk).update(locked_at=timezone.now())  # closed at the moment the session began
    with pytest.raises(errors.AssistanceOver):
        desk.open_draft(counter.clerk, assistance_id=row.pk)
    assert not Case.objects.exists()
