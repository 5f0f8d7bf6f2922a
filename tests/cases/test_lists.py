"""The lists of staff: what they show is what one may know of, page by page, filter by filter, word by word."""

import datetime as dt
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.utils import timezone

from cases.lists import actions, errors, finding, queries, saved
from cases.lists.choices import choices_for
from cases.lists.filters import WorklistFilter
from cases.lists.models import SavedView
from cases.lists.ordering import ORDERS, Place
from cases.models import Branch, Case
from cases.queries import waiting_for
from cases.states import State
from cases.visibility import visible_to
from common.ids import uuid7
from common.models import AuditEvent
from identity.models import Account, Organisation, Person
from identity.permissions import Permission
from identity.persons import likeness
from tests.factories.moves import a_reviewed_case, a_submitted_case, an_accepted_case


def copies(case: Case, count: int, **fields: object) -> list[Case]:
    made = []
    for _number in range(count):
        row = Case.objects.get(pk=case.pk)
        row.pk = uuid7()
        row.number = f"C{row.pk.hex}"
        row._state.adding = True
        for name, value in fields.items():
            setattr(row, name, value)
        row.save()
        made.append(row)
    return made


def listed(actor, **chosen: str) -> list[Case]:
    return [row.case for row in queries.page(actor, WorklistFilter(**chosen), size=50).rows]


def walked(actor, chosen: WorklistFilter, size: int) -> list[UUID]:
    """Every page forwards."""
    keys, after = [], ""
    while True:
        page = queries.page(actor, chosen, after=after, size=size)
        keys += [row.case.pk for row in page.rows]
        if page.after is None:
            return keys
        after = page.after.text


def everybody(cast):
    return (cast.clerk, cast.food, cast.fire, cast.decider, cast.outsider, cast.supervisor, cast.citizen, cast.stranger)


def test_the_lists_show_exactly_what_one_may_know_of(cast):
    a_submitted_case(cast)
    an_accepted_case(cast)
    a_reviewed_case(cast)
    for actor in everybody(cast):
        seen = set(visible_to(actor).values_list("pk", flat=True)) if actor.is_staff else set()
        assert {case.pk for case in listed(actor, task="all")} == seen
        assert {case.pk for case in listed(actor, task="all", text="食品")} == seen
        waiting = set(visible_to(actor).filter(waiting_for(actor)).values_list("pk", flat=True)) if seen else set()
        assert {case.pk for case in listed(actor)} == waiting
        assert queries.waiting_count(actor) == len(waiting)


@pytest.mark.parametrize("sort", [*ORDERS])
def test_pages_meet_each_case_once_in_one_order_and_back_again(cast, sort):
    case = an_accepted_case(cast)
    copies(case, 7)
    copies(case, 3, promise_due_on=None, statutory_due_on=dt.date(2026, 12, 1), state="submitted")
    chosen = WorklistFilter(task="all", sort=sort, text="食品" if sort == "best" else "")

    keys = walked(cast.clerk, chosen, 3)

    assert len(keys) == len(set(keys)) == 11
    assert keys == [row.case.pk for row in queries.page(cast.clerk, chosen, size=50).rows]
    last = queries.page(cast.clerk, chosen, size=50).rows[-1].place
    back = queries.page(cast.clerk, chosen, before=last.text, size=4)
    assert [row.case.pk for row in back.rows] == keys[6:10]
    assert back.after is not None
    first = queries.page(cast.clerk, chosen, before=back.before.text, size=40)
    assert [row.case.pk for row in first.rows] == keys[:6]
    assert first.before is None


def test_a_case_that_comes_in_meanwhile_moves_no_page(cast):
    case = an_accepted_case(cast)
    copies(case, 5)
    chosen = WorklistFilter(task="all")
    first = queries.page(cast.clerk, chosen, size=3)
    newer = copies(case, 2)

    second = queries.page(cast.clerk, chosen, after=first.after.text, size=3)

    shown = {row.case.pk for row in (*first.rows, *second.rows)}
    assert len(shown) == 6
    assert not shown & {one.pk for one in newer}


@pytest.mark.parametrize("place", ["", "0", "x.y.z", "0." + "z" * 32, "0.2026-01-01." + "0" * 32, "9" * 200, "0.\x00"])
def test_a_place_that_is_none_shows_the_first_page(cast, place):
    case = a_submitted_case(cast)
    page = queries.page(cast.clerk, WorklistFilter(task="all"), after=place, before=place)
    assert [row.case for row in page.rows] == [case]
    assert Place.read(place, ORDERS["newest"]) is None


def test_filters_narrow_and_wrong_values_count_as_none(cast):
    new, accepted = a_submitted_case(cast), an_accepted_case(cast)
    Case.objects.filter(pk=new.pk).update(received_on=dt.date(2026, 1, 5))
    today = timezone.localdate()
    Case.objects.filter(pk=accepted.pk).update(promise_due_on=today, statutory_due_on=today - dt.timedelta(days=1))
    post = Branch.objects.filter(case=accepted).first().post_id

    assert listed(cast.clerk, task="all", state="in_review") == [accepted]
    assert listed(cast.clerk, task="all", until="2026-01-05") == [new]
    assert listed(cast.clerk, task="all", since="2026-01-06") == [accepted]
    assert listed(cast.clerk, task="all", promise="soon") == [accepted]
    assert listed(cast.clerk, task="all", promise="over") == []
    assert listed(cast.clerk, task="all", statute="over") == [accepted]
    assert listed(cast.clerk, task="all", promise="paused") == []
    assert listed(cast.clerk, task="all", post=str(post)) == [accepted]
    assert len(listed(cast.clerk, task="all", item=str(cast.item.pk), department=str(cast.scjg.pk))) == 2
    assert listed(cast.clerk, task="all", department=str(cast.xfj.pk)) == []
    assert len(listed(cast.clerk, task="all", region=str(cast.scjg.region_id))) == 2
    assert listed(cast.clerk, task="all", applicant=str(uuid4())) == []
    wrong = dict.fromkeys(WorklistFilter().values(), "\x00'; --")
    assert WorklistFilter.read(wrong) == WorklistFilter(text="'; --")
    assert WorklistFilter.of_query("state=draft&task=x&since=2026-99-99&item=1") == WorklistFilter()


def test_an_address_says_a_filter_in_one_way():
    chosen = WorklistFilter(task="all", state="closed", text="青禾 餐饮", since="2026-01-01", sort="oldest")
    assert WorklistFilter.of_query(chosen.query) == chosen
    assert WorklistFilter.of_query("&".join(reversed(chosen.query.split("&")))).query == chosen.query


def test_words_find_numbers_codes_organisations_and_items_in_this_order(cast):
    case = a_submitted_case(cast)
    shop = Organisation.objects.get(pk=cast.shop.pk)
    assert listed(cast.clerk, task="all", text=case.number) == [case]
    assert listed(cast.clerk, task="all", text=case.number[:10].lower()) == [case]
    assert listed(cast.clerk, task="all", text=shop.uscc.lower()) == [case]
    assert listed(cast.clerk, task="all", text="禾餐") == [case]
    assert listed(cast.clerk, task="all", text="餐饮 青禾") == [case]
    assert listed(cast.clerk, task="all", text="禾饮") == []
    assert listed(cast.clerk, task="all", text="经营许可") == [case]
    for nothing in ("，。", "' | !", "&", "%%", "\\", "没有这家"):
        assert listed(cast.clerk, task="all", text=nothing) == []
    Organisation.objects.filter(pk=shop.pk).update(name="食品")
    other = copies(case, 1, applicant=cast.li.party)
    found = queries.page(cast.clerk, WorklistFilter(task="all", text="食品"))
    assert [(row.place.rank, row.case) for row in found.rows] == [(1, case), (3, other[0])]


def test_a_person_is_found_by_the_whole_number_or_name_and_birth_date_only(cast):
    li = Person.objects.get(pk=cast.li.pk)
    Person.objects.filter(pk=li.pk).update(likeness_index=likeness.index(li.name, li.born))

    assert finding.person_of(li.id_number) == li.pk
    assert finding.person_of(f"{li.name} {li.born}") == li.pk
    assert finding.person_of(f"{li.name} {li.born:%Y年%m月%d日}") == li.pk
    assert finding.person_of(f"李 {li.born}") is None
    assert finding.is_personal(li.id_number)
    assert finding.is_personal(f"谁 {li.born}")
    assert not finding.is_personal(li.name)
    assert not finding.is_personal(li.id_number[:12])
    assert not finding.is_personal("青禾 2026-13-45")
    Person.objects.filter(pk=cast.stranger.person_id).update(likeness_index=likeness.index(li.name, li.born))
    assert finding.person_of(f"{li.name} {li.born}") is None  # two of them: only a number tells them apart


def test_the_next_case_is_the_next_of_the_list_though_the_one_at_hand_moved_on(cast):
    case = a_submitted_case(cast)
    copies(case, 3)
    chosen = WorklistFilter(state="submitted")
    rows = queries.page(cast.clerk, chosen).rows
    Case.objects.filter(pk=rows[1].case.pk).update(state="in_review", promise_due_on=dt.date(2030, 1, 1))

    place = queries.next_in(cast.clerk, chosen, place=rows[1].place, but=rows[1].case.pk)

    assert place.key == rows[2].case.pk
    assert queries.next_in(cast.clerk, chosen, place=rows[3].place, but=rows[3].case.pk) is None
    assert queries.next_in(cast.outsider, chosen, place=rows[0].place, but=rows[0].case.pk) is None
    assert queries.next_waiting(cast.clerk, after=rows[0].case.pk) == rows[2].case.pk


def test_what_there_is_to_choose_from_belongs_to_the_own_departments(cast):
    offered = choices_for(cast.clerk)
    assert [name for _key, name in offered.item] == ["食品经营许可"]
    assert str(cast.scjg.pk) in dict(offered.department)
    assert str(cast.xfj.pk) not in dict(offered.department)
    assert [name for _key, name in choices_for(cast.fire).item] == ["食品经营许可"]
    assert choices_for(cast.citizen).department == []


def test_views_are_kept_under_a_name_and_only_ones_own_are_touched(cast):
    view = actions.save_view(cast.clerk, name=" 超期 的 ", query="promise=over&task=all&junk=1&state=draft")
    assert (view.name, view.query) == ("超期 的", "task=all&promise=over")
    with pytest.raises(errors.ViewNameTaken):
        actions.save_view(cast.clerk, name="超期 的", query="")
    for name in ("", "  ", "长" * 31):
        with pytest.raises(errors.ViewNameMissing):
            actions.save_view(cast.clerk, name=name, query="")
    for act in (
        lambda: actions.rename_view(cast.food, view_id=view.pk, name="我的"),
        lambda: actions.remove_view(cast.food, view_id=view.pk),
        lambda: actions.set_default_view(cast.food, view_id=view.pk),
    ):
        with pytest.raises(errors.ViewNotFound):
            act()
    assert list(SavedView.objects.values_list("name", "is_default")) == [("超期 的", False)]
    actions.set_default_view(cast.clerk, view_id=view.pk)
    other = actions.save_view(cast.clerk, name="另一个", query="")
    actions.set_default_view(cast.clerk, view_id=other.pk)
    assert list(SavedView.objects.filter(is_default=True)) == [other]
    actions.set_default_view(cast.clerk, view_id=None)
    assert not SavedView.objects.filter(is_default=True).exists()
    actions.rename_view(cast.clerk, view_id=view.pk, name="改了")
    actions.remove_view(cast.clerk, view_id=other.pk)
    assert [one.name for one in saved.views_for(cast.clerk)] == ["改了"]
    assert not saved.views_for(cast.citizen)


def test_a_view_for_the_post_is_made_by_who_manages_staff_and_used_by_all(cast):
    with pytest.raises(errors.MayNotShare):
        actions.save_view(cast.clerk, name="岗位", query="", is_shared=True)
    assert not SavedView.objects.exists()
    chief = replace(cast.clerk, grants={**cast.clerk.grants, Permission.MANAGE_STAFF: frozenset([cast.scjg.pk])})
    view = actions.save_view(chief, name="岗位", query="state=submitted", is_shared=True)
    assert list(saved.views_for(cast.clerk)) == [view]
    assert list(saved.views_for(cast.food)) == []
    with pytest.raises(errors.ViewNotFound):
        actions.remove_view(cast.clerk, view_id=view.pk)
    with pytest.raises(errors.ViewNotFound):
        actions.set_default_view(chief, view_id=view.pk)
    actions.remove_view(chief, view_id=view.pk)
    assert AuditEvent.objects.filter(code="list.view_shared").count() == 2


def test_there_is_an_end_to_views(cast, monkeypatch):
    monkeypatch.setattr(actions, "MOST_VIEWS", 2)
    actions.save_view(cast.clerk, name="一", query="")
    actions.save_view(cast.clerk, name="二", query="")
    with pytest.raises(errors.TooManyViews):
        actions.save_view(cast.clerk, name="三", query="")
    assert SavedView.objects.filter(account=Account.objects.get(pk=cast.clerk.account_id)).count() == 2


def test_the_count_in_the_menu_reads_no_cases_before_acceptance(cast, django_assert_num_queries):
    case, today = an_accepted_case(cast), timezone.localdate()
    fields = ("item_id", "item_version_id", "department_id", "applicant_id", "agent_id", "agent_account_id")
    same = {name: getattr(case, name) for name in (*fields, "received_on", "submitted_at")}
    due = {State.SUBMITTED: None, State.IN_REVIEW: today}
    for state in due:  # nobody reviews these any more: they wait for the decision
        Case.objects.bulk_create(
            Case(**same, number=f"{state}{one}", state=state, promise_due_on=due[state]) for one in range(3000)
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cases_case, cases_branch")
    with django_assert_num_queries(1) as asked:
        assert queries.waiting_count(cast.decider) == queries.COUNT_CAP
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {asked.captured_queries[0]['sql']}")
        (plan,) = cursor.fetchone()
    assert read_in_vain(plan[0]["Plan"]) < 100


def read_in_vain(node: dict) -> int:
    """Rows that a plan read and threw away."""
    return node.get("Rows Removed by Filter", 0) + sum(read_in_vain(one) for one in node.get("Plans", ()))
