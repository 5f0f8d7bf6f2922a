"""Synonyms and unanswered questions: who may keep them, what is refused, and that nothing personal is kept."""

import datetime as dt
import threading

import pytest
from django.db import connection, connections
from django.utils import timezone

from common.errors import Forbidden
from common.models import AuditEvent
from identity.actor import PUBLIC, SYSTEM
from identity.models import PostHolding
from services import queries as catalogue
from services.models import SearchMiss, Synonym
from services.searching import actions, queries
from services.searching.errors import MissNotFound, SynonymExists, SynonymInvalid, SynonymMoved, SynonymNotFound
from services.tasks import forget_search_misses
from tests.factories.cast import a_member_of_staff
from tests.factories.catalogue import a_department, a_post, an_item


@pytest.fixture
def officer(db):
    an_item("食品经营许可")
    post = a_post(a_department(), "数据管理")
    return a_member_of_staff("1007", post, PostHolding.Role.DATA_OFFICER)


def state():
    return list(Synonym.objects.values_list("term", "stands_for")), AuditEvent.objects.count()


def test_a_synonym_counts_at_once_and_is_audited(officer):
    assert catalogue.search("摆吃摊").total == 0
    made = actions.add_synonym(officer, term=" 擺吃攤！", stands_for=["食品经营许可", "食品经营许可"])
    assert (made.term, made.stands_for, made.initials) == ("摆吃摊", ["食品经营许可"], "bct")
    assert [item.name for item in catalogue.search("摆吃摊").items] == ["食品经营许可"]
    event = AuditEvent.objects.latest("id")
    assert (event.code, event.detail["stands_for"]) == ("services.synonym_saved", ["食品经营许可"])


@pytest.mark.parametrize(
    ("term", "stands_for", "field"),
    [
        ("开", ["食品经营许可"], "term"),
        ("？！", ["食品经营许可"], "term"),
        ("长" * 21, ["食品经营许可"], "term"),
        ("摆吃摊", [], "stands_for"),
        ("摆吃摊", [" ", "\x00"], "stands_for"),
        ("摆吃摊", ["没有这个事项"], "stands_for"),
        ("摆吃摊", ["':* | !"], "stands_for"),
        ("摆吃摊", ["摆吃摊"], "stands_for"),
        ("摆吃摊", [f"食品经营许可{n}" for n in range(11)], "stands_for"),
        ("摆吃摊", ["食" * 61], "stands_for"),
    ],
)
def test_what_would_not_work_is_refused_with_its_field(officer, term, stands_for, field):
    before = state()
    with pytest.raises(SynonymInvalid) as caught:
        actions.add_synonym(officer, term=term, stands_for=stands_for)
    assert set(caught.value.fields) == {field}
    assert state() == before


def other_staff():
    roles = (PostHolding.Role.COUNTER_CLERK, PostHolding.Role.DECIDER, PostHolding.Role.SUPERVISOR)
    return [
        a_member_of_staff(f"200{number}", a_post(a_department(), f"岗位{number}"), role)
        for number, role in enumerate(roles)
    ]


def test_only_who_manages_items_may(officer):
    made = actions.add_synonym(officer, term="摆吃摊", stands_for=["食品经营许可"])
    actions.record_miss(PUBLIC, text="量子纠缠")
    others = other_staff()
    before = state()
    for actor in (PUBLIC, *others):
        with pytest.raises(Forbidden):
            actions.add_synonym(actor, term="卖小吃", stands_for=["食品经营许可"])
        with pytest.raises(Forbidden):
            actions.change_synonym(actor, synonym_id=made.pk, stands_for=["许可"], seen=queries.version_of(made))
        with pytest.raises(Forbidden):
            actions.remove_synonym(actor, synonym_id=made.pk, seen=queries.version_of(made))
        with pytest.raises(Forbidden):
            actions.ignore_miss(actor, text="量子纠缠")
        with pytest.raises(SynonymNotFound):
            queries.get_synonym(actor, made.pk)
        assert not queries.synonyms(actor).exists()
        assert queries.open_misses(actor, limit=9) == []
    assert state() == before


def test_two_editors_do_not_overwrite_each_other(officer):
    made = actions.add_synonym(officer, term="摆吃摊", stands_for=["食品经营许可"])
    seen = queries.version_of(made)
    actions.change_synonym(officer, synonym_id=made.pk, stands_for=["经营许可"], seen=seen)
    before = state()
    with pytest.raises(SynonymMoved):
        actions.change_synonym(officer, synonym_id=made.pk, stands_for=["许可"], seen=seen)
    with pytest.raises(SynonymMoved):
        actions.remove_synonym(officer, synonym_id=made.pk, seen=seen)
    with pytest.raises(SynonymExists):
        actions.add_synonym(officer, term="摆吃摊", stands_for=["许可"])
    actions.change_synonym(officer, synonym_id=made.pk, stands_for=["经营许可"], seen=seen)  # the same click twice
    actions.add_synonym(officer, term="摆吃摊", stands_for=["经营许可"])
    assert state() == before
    made.refresh_from_db()
    actions.remove_synonym(officer, synonym_id=made.pk, seen=queries.version_of(made))
    with pytest.raises(SynonymNotFound):
        actions.remove_synonym(officer, synonym_id=made.pk, seen=queries.version_of(made))
    assert not Synonym.objects.exists()


def test_a_question_without_an_answer_is_counted_by_day_without_who_asked():
    columns = {field.name for field in SearchMiss._meta.get_fields()}
    assert columns == {"id", "text", "day", "count", "handling"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["13812345678", "我是张三身份证110101199003078515", "1101 0119 9003 07", "张" * 21, "？", "一", ""]
)
def test_what_may_tell_something_about_a_person_is_not_kept(text):
    assert not actions.record_miss(PUBLIC, text=text)
    assert not SearchMiss.objects.exists()


def test_the_work_list_shows_what_was_asked_twice_until_it_is_dealt_with(officer):
    for text in ("量子纠缠", "怎么量子纠缠", "摆吃摊", "摆吃摊", "摆吃摊", "只问一次"):
        assert actions.record_miss(PUBLIC, text=text)
    assert not actions.record_miss(officer, text="量子纠缠")
    assert [(miss.text, miss.count) for miss in queries.open_misses(officer, limit=9)] == [
        ("摆吃摊", 3),
        ("量子纠缠", 2),
    ]
    actions.add_synonym(officer, term="摆吃摊", stands_for=["食品经营许可"])
    actions.ignore_miss(officer, text="量子纠缠")
    assert queries.open_misses(officer, limit=9) == []
    SearchMiss.objects.filter(text="量子纠缠").update(day=timezone.localdate() - dt.timedelta(days=1))
    actions.record_miss(PUBLIC, text="量子纠缠")
    actions.record_miss(PUBLIC, text="量子纠缠")
    assert queries.open_misses(officer, limit=9) == []
    with pytest.raises(MissNotFound):
        actions.ignore_miss(officer, text="量子纠缠")


def test_a_robot_cannot_fill_the_record(db, monkeypatch):
    monkeypatch.setattr(actions, "_MOST_MISSES", 2)
    for text in ("甲甲", "乙乙", "丙丙", "甲甲"):
        actions.record_miss(PUBLIC, text=text)
    assert dict(SearchMiss.objects.values_list("text", "count")) == {"甲甲": 2, "乙乙": 1}


def test_questions_are_forgotten_after_half_a_year(db):
    today = timezone.localdate()
    for days in (10, 181):
        SearchMiss.objects.create(text=f"问{days}", day=today - dt.timedelta(days=days))
    with pytest.raises(Forbidden):
        actions.forget_misses(PUBLIC, before=today)
    forget_search_misses(0)
    assert list(SearchMiss.objects.values_list("text", flat=True)) == ["问10"]


@pytest.mark.django_db(transaction=True)
def test_two_editors_add_the_same_term_at_once():
    an_item("食品经营许可")
    an_item("取水许可", main="31002")
    outcomes: list[str] = []
    gate = threading.Barrier(2)

    def add(official: str) -> None:
        try:
            gate.wait(10)
            actions.add_synonym(SYSTEM, term="摆吃摊", stands_for=[official])
            outcomes.append("made")
        except SynonymExists:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=add, args=(name,)) for name in ("食品经营许可", "取水许可")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "refused"]
    assert Synonym.objects.count() == 1
    assert AuditEvent.objects.filter(code="services.synonym_saved").count() == 1
    connection.close()
