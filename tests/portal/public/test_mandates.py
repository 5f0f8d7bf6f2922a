"""委托和授权 on the citizens' pages and at the counter."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from certificates.models import Document
from common.models import AuditEvent
from identity.mandates.rules import last_day
from identity.models import Mandate, Person
from tests.factories import moves
from tests.factories.cast import Cast, a_picture
from tests.factories.mandates import a_mandate, an_agent, some_terms
from tests.factories.visitors import a_visitor, address
from tests.factories.workbench import browser_of

SENT = "姓名和号码相符的话"


@pytest.fixture
def zhao(cast: Cast) -> Client:
    """The stranger's browser."""
    return browser_of(cast.stranger)


def form(cast: Cast, **fields: Any) -> dict[str, Any]:
    agent = Person.objects.get(pk=cast.stranger.person_id)
    today = timezone.localdate()
    return {
        "request_key": "k1",
        "kind": "person",
        "agent_name": agent.name,
        "id_number": agent.id_number,
        "scope": "items",
        "items": cast.item.name,
        "starts_on": today.isoformat(),
        "ends_on": last_day(today).isoformat(),
        "purpose": "行动不便",
        **fields,
    }


def test_give_accept_act_and_end(cast: Cast, li: Client, zhao: Client):
    new = address("mandate_new")
    assert li.get(f"{new}?item={cast.item.pk}").content.decode().count(cast.item.name) == 1
    for _double_click in range(2):
        assert li.post(new, form(cast)).url == "/my/mandates/?side=given"
    mandate = Mandate.objects.get()
    assert mandate.item_codes == [cast.item.code]
    assert "赵无关" in li.get("/my/mandates/?side=given").content.decode()
    assert "李清荷 请您代办" in zhao.get("/").content.decode()
    assert "为 李清荷 代办" in zhao.get("/my/mandates/").content.decode()
    assert zhao.post(address("mandate_step", mandate.pk, "accept")).status_code == 302
    acting = zhao.get(address("choose_principal")).content.decode()
    assert "您是委托代理人，到" in acting
    assert cast.item.name in acting
    zhao.post(address("choose_principal"), {"principal_id": str(cast.li.pk)})
    page = zhao.get("/my/certificates/").content.decode()
    assert "您是委托代理人，只办指定事项" in page
    assert "委托里没有打开这里" in page
    assert "委托里没有打开这里" in zhao.get("/my/documents/").content.decode()
    li.post(address("mandate_step", mandate.pk, "revoke"))
    told = zhao.get("/my/cases/")
    assert told.status_code == 409
    assert "identity.mandate_ended" in told.content.decode()
    assert zhao.get("/my/cases/").status_code == 200


def test_the_answer_does_not_say_who_is_registered(cast: Cast, li: Client):
    new = address("mandate_new")
    known = li.post(new, form(cast), follow=True).content.decode()
    Mandate.objects.all().update(state="revoked")
    unknown = li.post(new, form(cast, request_key="k2", agent_name="赵无官"), follow=True).content.decode()
    assert SENT in known
    assert SENT in unknown
    assert [row.agent_id for row in Mandate.objects.order_by("made_at")] == [cast.stranger.person_id, None]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"items": "没有的事项"}, "没有名称是“没有的事项”的事项"),
        ({"items": ""}, "请选 1 到 20 个事项"),
        ({"id_number": "123"}, "公民身份号码不正确"),
        ({"scope": "case", "case_number": "x"}, "没有编号是这个的办件"),
        ({"ends_on": "2999-01-01"}, "最晚可以填到"),
        ({"ends_on": "明年"}, "请按 2026-01-31 这样填日期"),
        ({"agent_name": "𠮷" * 101}, "100"),
        ({"kind": "manager"}, "manager"),
        ({"request_key": ""}, "页面已经失效"),
    ],
)
def test_wrong_input_is_kept_and_explained(cast: Cast, li: Client, change, said):
    answer = li.post(address("mandate_new"), form(cast, **change))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert "行动不便" in page
    assert not Mandate.objects.exists()


def test_one_case_can_be_given_away(cast: Cast, shop: Client):
    case = moves.a_submitted_case(cast)
    new = address("mandate_new")
    assert case.number in shop.get(new).content.decode()
    given = form(cast, kind="handler", scope="case", items="", case_number=case.number)
    assert shop.post(new, given).status_code == 302
    assert Mandate.objects.get().case_number == case.number


def test_a_second_one_for_the_same_agent_is_a_conflict(cast: Cast, li: Client):
    li.post(address("mandate_new"), form(cast))
    answer = li.post(address("mandate_new"), form(cast, request_key="k2"))
    assert answer.status_code == 409
    assert "请先解除原来的委托" in answer.content.decode()


def test_who_acts_for_others_gives_nothing_away(cast: Cast):
    agent = an_agent(cast)
    browser = a_visitor(Person.objects.get(pk=agent.person_id).account, acting_for=cast.shop)
    assert browser.get(address("mandate_new")).status_code == 403
    assert "赵无关" not in browser.get("/my/mandates/?side=given").content.decode()


def test_the_guide_shows_nothing_held_outside_the_scope(cast: Cast):
    agent = an_agent(cast, terms=some_terms("items", item_codes=("别的",)))
    browser = a_visitor(Person.objects.get(pk=agent.person_id).account, acting_for=cast.shop)
    page = browser.get(address("item_guide", cast.item.pk)).content.decode()
    assert "委托里没有这个事项" in page
    assert cast.licence.number not in page
    assert browser.post(address("start_draft", cast.item.pk), {"request_key": "k"}).status_code == 403


def test_the_list_takes_no_query_for_each_mandate(cast: Cast, shop: Client, django_assert_num_queries):
    a_mandate(cast, terms=some_terms("items", item_codes=(cast.item.code,)))
    with django_assert_num_queries(6):  # session, account, organisation; count, page, names of items
        shop.get("/my/mandates/?side=given")


def paper(cast: Cast, **fields: Any) -> dict[str, Any]:
    giver = {"principal_name": cast.li.name, "principal_code": cast.li.id_number, "scan": a_picture("委托书.png")}
    return form(cast, **{**giver, **fields})


def test_the_counter_records_a_paper_mandate_with_its_scan(cast: Cast):
    clerk = browser_of(cast.clerk)
    place = address("workbench_mandates")
    assert "委托登记" in clerk.get("/workbench/").content.decode()
    assert clerk.post(place, paper(cast)).status_code == 302
    assert clerk.post(place, paper(cast)).status_code == 302, "a double click"
    mandate = Mandate.objects.get()
    scan = Document.objects.get(pk=mandate.original_id)
    assert (mandate.state, mandate.recorded_by_id, mandate.agent_id) == (
        "proposed",
        cast.clerk.account_id,
        cast.stranger.person_id,
    )
    assert (scan.owner_id, scan.grade) == (cast.li.pk, "B")
    audit = AuditEvent.objects.get(code="identity.mandate_recorded")
    assert (audit.actor_id, audit.holder_id, audit.detail["original"]) == (
        cast.clerk.account_id,
        cast.li.pk,
        str(scan.pk),
    )
    page = clerk.get(place).content.decode()
    assert "李** → 赵**" in page
    assert cast.li.id_number not in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"principal_name": "李不对"}, "没有姓名（名称）和号码都相符的人或单位"),
        ({"agent_name": "赵不对"}, "没有姓名和公民身份号码都相符的人"),
        ({"kind": "handler"}, "个人用“委托代理人”"),
        ({"scan": ""}, "请上传委托书原件的扫描件"),
        ({"scope": "case", "case_number": "\x00"}, "case_number"),
    ],
)
def test_what_the_counter_gets_wrong_leaves_nothing(cast: Cast, change, said):
    before = Document.objects.count()
    answer = browser_of(cast.clerk).post(address("workbench_mandates"), paper(cast, **change))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert (Mandate.objects.count(), Document.objects.count()) == (0, before)


def test_only_the_counter_records(cast: Cast):
    for actor in (cast.food, cast.decider):
        browser = browser_of(actor)
        assert browser.get(address("workbench_mandates")).status_code == 403
        assert "委托登记" not in browser.get("/workbench/").content.decode()
