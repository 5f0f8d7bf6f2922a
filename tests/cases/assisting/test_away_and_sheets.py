"""Papers taken in for another region, and sheets from days without network."""

import datetime as dt

import pytest
from django.utils import timezone

from cases.actions import intake, submission
from cases.assisting import desk_actions as desk
from cases.assisting import errors, queries, rules, sheet_actions
from cases.assisting.models import Assistance, PaperSheet
from cases.errors import CaseNotFound
from cases.models import Case
from cases.visibility import visible_to
from services.models import ItemWindow
from tests.factories.assisting import a_whole_draft, acting, agreed, begun, confirmed
from tests.factories.cast import a_picture
from tests.factories.catalogue import a_department, a_region
from tests.factories.counter import Counter

pytestmark = pytest.mark.django_db
LATE = "断网，第二天才恢复"


@pytest.mark.parametrize(
    ("area", "here", "there", "expected"),
    [
        ("1", "110101", "440304", True),
        ("2", "110101", "440304", True),
        ("3", "510104", "511902", True),
        ("3", "110101", "511902", False),
        ("4", "510104", "510107", True),
        ("4", "510104", "511902", False),
        ("5", "510104", "510104", False),
        ("", "510104", "510107", False),
    ],
)
def test_the_items_area_says_which_windows_take_it_in(area: str, here: str, there: str, expected: bool):
    assert rules.takes_in(area, window_region=here, owner_region=there) is expected


def test_a_city_and_its_districts_are_one_place():
    assert rules.is_same_place("519900", "519902")
    assert rules.is_same_place("519902", "519902")
    assert not rules.is_same_place("519902", "510104")


@pytest.fixture
def away(counter: Counter) -> Counter:
    """The item belongs to a body in another province, and the whole country takes it in."""
    owner = a_department("公安局")
    owner.name = "东城区市场监管局"
    owner.region = a_region("110101", "东城区")
    owner.save()
    counter.item.department = owner
    counter.item.save()
    version = counter.item.current
    assert version is not None
    version.handle_area = "1"
    version.save()
    ItemWindow.objects.filter(item=counter.item).delete()
    return counter


def test_an_away_window_checks_hands_on_and_sees_no_more_than_it_handed_in(away: Counter, man, key: str):
    row = agreed(away, man, key)
    assert row.is_away
    case = a_whole_draft(away, row)
    with pytest.raises(errors.AwayNotChecked):
        desk.ask_confirmation(away.clerk, assistance_id=row.pk)
    with pytest.raises(errors.AssistanceInvalid) as refused:
        desk.check_away(away.clerk, assistance_id=row.pk, checks=frozenset({"form"}))
    assert set(refused.value.fields) == {"identity", "materials"}
    desk.check_away(away.clerk, assistance_id=row.pk, checks=desk.AWAY_CHECKS)
    confirmed(away, row, key)
    case = submission.submit(acting(away), case_id=case.pk, declared=True)
    channel = case.signature.content["channel"]
    assert "1号窗口" in channel
    assert "异地代收" in channel
    assert "东城区市场监管局办理" in channel
    assert case.department.name == "东城区市场监管局"  # which decides, and to which the case counts
    assert not visible_to(away.clerk).filter(pk=case.pk).exists()
    with pytest.raises(CaseNotFound):
        intake.accept(away.clerk, case_id=case.pk)
    assert [one.case_id for one in queries.handed_in_at(away.one)] == [case.pk]


def test_what_others_may_not_take_in_is_refused_with_its_owner(away: Counter, man):
    version = away.item.current
    assert version is not None
    version.handle_area = "4"
    version.save()
    with pytest.raises(errors.ItemNotTaken) as refused:
        begun(away, man)
    assert "东城区市场监管局" in refused.value.text
    assert Assistance.objects.count() == 0


def a_sheet(counter: Counter, *, printed: dt.timedelta = dt.timedelta(days=1)) -> PaperSheet:
    made = sheet_actions.make_sheets(counter.clerk, window_id=counter.one.pk, item_id=counter.item.pk, count=1)
    PaperSheet.objects.filter(pk=made[0].pk).update(created_at=timezone.now() - printed)
    return PaperSheet.objects.get(pk=made[0].pk)


def entry(sheet: PaperSheet, ago: dt.timedelta = dt.timedelta(hours=20)):
    return {"sheet": sheet.number, "received_at": timezone.now() - ago, "sheet_reason": LATE}


def test_sheets_are_numbered_without_gaps(counter: Counter):
    make = {"window_id": counter.one.pk, "item_id": counter.item.pk}
    first = sheet_actions.make_sheets(counter.clerk, count=2, request_key="k", **make)
    again = sheet_actions.make_sheets(counter.clerk, count=2, request_key="k", **make)
    assert [row.number for row in first] == [row.number for row in again]
    assert [int(row.number[-4:]) for row in first] == [1, 2]
    with pytest.raises(errors.AssistanceInvalid):
        sheet_actions.make_sheets(counter.clerk, count=21, **make)


def test_a_sheet_counts_from_when_it_was_taken_in_and_only_once(counter: Counter, man, key: str):
    sheet = a_sheet(counter)
    given = entry(sheet)
    row = agreed(counter, man, key, **given)
    case = a_whole_draft(counter, row)
    confirmed(counter, row, key)
    case = submission.submit(acting(counter), case_id=case.pk, declared=True)
    assert case.submitted_at == given["received_at"]
    assert case.received_on == timezone.localtime(given["received_at"]).date()
    assert sheet.number in case.signature.content["channel"]
    with pytest.raises(errors.SheetUsed):
        begun(counter, counter.cast.li, **entry(sheet))
    assert Case.objects.count() == 1


def test_a_sheet_with_a_wrong_time_number_or_reason_is_refused_at_its_field(counter: Counter, man):
    sheet = a_sheet(counter)
    wrong = {
        "sheet": {**entry(sheet), "sheet": "ZB00000000000000"},
        "sheet_reason": {**entry(sheet), "sheet_reason": ""},
        "received_at": entry(sheet, ago=-dt.timedelta(hours=1)),
    }
    for field, given in wrong.items():
        with pytest.raises(errors.AssistanceInvalid) as refused:
            begun(counter, man, **given)
        assert set(refused.value.fields) == {field}
    with pytest.raises(errors.AssistanceInvalid):
        begun(counter, man, **entry(sheet, ago=dt.timedelta(days=2)))  # before it was printed
    with pytest.raises(errors.AssistanceInvalid):
        begun(counter, man, **{**entry(sheet), "received_at": None})
    assert Assistance.objects.count() == 0


def test_an_old_sheet_waits_for_a_supervisor(counter: Counter, man, key: str):
    sheet = a_sheet(counter, printed=dt.timedelta(days=31))
    given = entry(sheet, ago=dt.timedelta(days=30))
    with pytest.raises(errors.AssistanceInvalid) as refused:
        begun(counter, man, **given)
    assert set(refused.value.fields) == {"received_at"}
    with pytest.raises(errors.SheetNotFound):
        sheet_actions.allow_late(counter.clerk, sheet_id=sheet.pk, reason="系统故障一个月")
    with pytest.raises(errors.AssistanceInvalid):
        sheet_actions.allow_late(counter.cast.supervisor, sheet_id=sheet.pk, reason="")
    sheet_actions.allow_late(counter.cast.supervisor, sheet_id=sheet.pk, reason="系统故障一个月")
    row = begun(counter, man, **given)
    assert row.sheet_id == sheet.pk
    with pytest.raises(errors.SheetUsed):
        sheet_actions.allow_late(counter.cast.supervisor, sheet_id=sheet.pk, reason="再来一次")


def test_a_signed_sheet_confirms_what_is_entered_from_it(counter: Counter, man):
    sheet = a_sheet(counter)
    row = begun(counter, man, **entry(sheet))
    scan = a_picture()
    desk.record_paper(counter.clerk, assistance_id=row.pk, scan=scan, reason="断网时在纸质表上签的字")
    case = a_whole_draft(counter, row)
    asked = desk.ask_confirmation(counter.clerk, assistance_id=row.pk)
    assert asked.confirmed_digest == asked.draft_digest
    assert asked.confirmed_paper_id == asked.consent_paper_id
    case = submission.submit(acting(counter), case_id=case.pk, declared=True)
    assert case.signature.method == "counter_paper"
