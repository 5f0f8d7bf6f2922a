"""The counter's pages about mandates: look up with a reason, end on paper, record guardians."""

from typing import Any

import pytest

from certificates.models import Document
from common.models import AuditEvent
from identity.models import CapacityRecord, Mandate, Person
from tests.factories.cast import Cast, a_picture, build_cast
from tests.factories.mandates import an_agent
from tests.factories.visitors import address
from tests.factories.wards import number_of_age
from tests.factories.workbench import browser_of


@pytest.fixture
def cast(db: None) -> Cast:
    return build_cast()


def guardian_form(cast: Cast, **fields: Any) -> dict[str, Any]:
    return {
        "request_key": "g1",
        "what": "guardian",
        "ward_name": "李小满",
        "ward_number": number_of_age(6),
        "agent_name": cast.li.name,
        "id_number": cast.li.id_number,
        "proof": "household",
        "scan": a_picture("户口簿.png"),
        **fields,
    }


def test_look_up_then_end_with_the_signed_paper(cast: Cast):
    agent = an_agent(cast)
    clerk = browser_of(cast.clerk)
    end = address("workbench_mandate_end", agent.mandate_id)
    assert clerk.get(end).status_code == 404, "nobody was looked up"
    asked = {"code": cast.shop.uscc, "reason": "法定代表人到场解除"}
    page = clerk.post(address("workbench_mandate_lookup"), asked).content.decode()
    assert "赵**" in page
    assert end in page
    assert clerk.get(end).status_code == 200
    assert clerk.post(end, {"request_key": "e1", "word": "principal"}).status_code == 422
    assert Mandate.objects.get().state == "accepted"
    for _double_click in range(2):
        sent = {"request_key": "e1", "word": "principal", "scan": a_picture("声明.png")}
        assert clerk.post(end, sent).status_code == 302
    scan = Document.objects.get(kind="mandate-end")
    assert (Mandate.objects.get().state, scan.owner_id) == ("revoked", cast.shop.pk)
    assert AuditEvent.objects.get(code="identity.mandate_ended_at_counter").detail["original"] == str(scan.pk)


@pytest.mark.parametrize(
    ("change", "said"),
    [({"code": "123"}, "没有这个号码的人或单位"), ({"reason": ""}, "请写明为什么要查"), ({"code": "\x00"}, "code")],
)
def test_what_is_not_found_shows_nothing_and_opens_nothing(cast: Cast, change, said):
    agent = an_agent(cast)
    clerk = browser_of(cast.clerk)
    asked = {"code": cast.shop.uscc, "reason": "本人到场", **change}
    answer = clerk.post(address("workbench_mandate_lookup"), asked)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert clerk.get(address("workbench_mandate_end", agent.mandate_id)).status_code == 404
    assert not AuditEvent.objects.filter(code="identity.mandates_looked_up").exists()


def test_a_guardian_and_a_ward_without_phone_are_recorded_in_one_go(cast: Cast):
    clerk = browser_of(cast.clerk)
    for _double_click in range(2):
        assert clerk.post(address("workbench_guardians"), guardian_form(cast)).status_code == 302
    mandate = Mandate.objects.get()
    scan = Document.objects.get(pk=mandate.original_id)
    assert (mandate.kind, mandate.state, scan.owner_id) == ("guardian", "accepted", mandate.principal_id)
    assert Person.objects.get(pk=mandate.principal_id).phone is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ward_number": "123"}, "公民身份号码不正确"),
        ({"id_number": ""}, "公民身份号码不正确"),
        ({"agent_name": "李不对"}, "没有姓名和公民身份号码都相符的人"),
        ({"proof": ""}, "请选择凭什么登记"),
        ({"proof": "birth"}, "请填写证明或者文书的编号"),
        ({"ward_number": number_of_age(40)}, "成年人要有法院认定的文书"),
        ({"scan": ""}, "请上传扫描件"),
        ({"what": "income"}, "没有姓名和公民身份号码都相符的人"),
    ],
)
def test_what_the_papers_lack_is_said_at_its_field_and_nobody_is_registered(cast: Cast, change, said):
    before = Person.objects.count(), Document.objects.count()
    answer = browser_of(cast.clerk).post(address("workbench_guardians"), guardian_form(cast, **change))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert (Mandate.objects.count(), CapacityRecord.objects.count()) == (0, 0)
    assert (Person.objects.count(), Document.objects.count()) == before


def test_a_ruling_makes_and_another_ends_an_adult_s_guardianship(cast: Cast):
    clerk = browser_of(cast.clerk)
    place = address("workbench_guardians")
    ruling = {
        "grade": "limited",
        "ruling_number": "（2026）民特1号",
        "proof": "ruling",
        "proof_number": "（2026）民特1号",
    }
    sent = guardian_form(cast, ward_number=number_of_age(80), **ruling)
    assert clerk.post(place, sent).status_code == 302
    assert Mandate.objects.get().state == "accepted"
    again = {**sent, "request_key": "g2", "what": "restored", "scan": a_picture("裁定.png")}
    assert clerk.post(place, again).status_code == 302
    assert Mandate.objects.get().state == "ended"
    third = {**again, "request_key": "g3", "scan": a_picture("裁定.png")}
    assert clerk.post(place, third).status_code == 409
