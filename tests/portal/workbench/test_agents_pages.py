"""An agent at the window, as the clerk's browser and the display meet it."""

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from cases.assisting.models import Assistance
from cases.models import Case
from identity.mandates import actions as mandates
from identity.models import Mandate, Person
from tests.cases.assisting.conftest import open_to_persons
from tests.factories.counter import Counter, a_counter
from tests.factories.mandates import an_agent
from tests.factories.workbench import browser_of
from tests.portal.workbench.test_assisting_pages import begin, say, step

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall() -> Counter:
    made = a_counter()
    open_to_persons(made)
    return made


@pytest.fixture
def clerk(hall: Counter) -> Client:
    return browser_of(hall.clerk)


@pytest.fixture
def screen(hall: Counter, clerk: Client) -> Client:
    page = clerk.post(reverse("display_code", args=[hall.one.pk])).content.decode()
    screen = Client()
    code = page.split('class="code-digits">')[1].split("<")[0]
    assert screen.post(reverse("display"), {"code": code}).status_code == 302
    return screen


def an_agent_here(hall: Counter) -> Person:
    return Person.objects.get(pk=an_agent(hall.cast).person_id)


def test_the_clerk_asks_for_whom_and_the_screen_names_both(hall: Counter, clerk: Client, screen: Client):
    agent, shop = an_agent_here(hall), hall.cast.shop
    answer = begin(clerk, hall, agent, whose="other")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'value="{shop.pk}"' in page
    assert "经办人，到" in page
    assert Assistance.objects.count() == 0
    assert begin(clerk, hall, agent, whose="own", party=shop.pk, request_key="own").status_code == 302
    assert Assistance.objects.get().party_id == agent.pk  # what was left in the field does not count
    step(clerk, "end")
    Assistance.objects.all().delete()
    assert begin(clerk, hall, agent, whose="other", party=shop.pk, request_key="k2").status_code == 302
    row = Assistance.objects.get()
    assert row.party_id == shop.pk
    shown = screen.get(reverse("display")).content.decode()
    assert f"您替{shop.name}办，同意工作人员填写吗" in shown
    assert f"您是{shop.name}的经办人" in shown
    page = clerk.get(reverse("assistance", args=[row.pk])).content.decode()
    assert f"替 {shop.name} 办" in page
    paper = clerk.get(reverse("assistance_consent", args=[row.pk]))
    assert paper.content.startswith(b"%PDF")
    say(screen, "agree")
    assert step(clerk, "open").status_code == 302
    form = clerk.get(reverse("draft_step", args=[Case.objects.get().pk, "shop"])).content.decode()
    assert shop.name in form


def test_a_mandate_that_ends_is_said_on_every_page(hall: Counter, clerk: Client, screen: Client):
    agent, shop = an_agent_here(hall), hall.cast.shop
    begin(clerk, hall, agent, whose="other", party=shop.pk)
    say(screen, "agree")
    step(clerk, "open")
    case, row = Case.objects.get(), Assistance.objects.get()
    seen = clerk.get(reverse("assistance", args=[row.pk])).content.decode().split("seen=")[1].split('"')[0]
    mandates.revoke(hall.cast.citizen, mandate_id=Mandate.objects.get().pk)
    sent = {"version": case.version, "request_key": "s1", "org.name": "x", "area": "30", "note": ""}
    for answer in (
        clerk.get(reverse("draft_materials", args=[case.pk])),
        clerk.post(reverse("draft_step", args=[case.pk, "shop"]), sent),
        clerk.post(reverse("submit_case", args=[case.pk]), {"version": case.version, "declared": "on"}),
        step(clerk, "ask"),
    ):
        assert (answer.status_code, "授权已经结束" in answer.content.decode()) == (409, True)
    page = clerk.get(reverse("assistance", args=[row.pk])).content.decode()
    assert f"来的人现在不能替{shop.name}办事了" in page
    assert clerk.get(reverse("assistance_now", args=[row.pk]), {"seen": seen}).headers["HX-Refresh"] == "true"
    assert "您现在不能替对方办这件事了" in screen.get(reverse("display")).content.decode()
    assert say(screen, "confirm").status_code == 302
    assert step(clerk, "end").status_code == 302
    case.refresh_from_db()
    assert case.state == "draft"


def test_a_choice_that_no_longer_counts_is_said_and_offered_anew(hall: Counter, clerk: Client):
    agent, shop = an_agent_here(hall), hall.cast.shop
    mandate = Mandate.objects.get()
    mandates.revoke(hall.cast.citizen, mandate_id=mandate.pk)
    answer = begin(clerk, hall, agent, whose="other", party=shop.pk)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "没有可以用来办" in page
    assert reverse("workbench_mandates") in page
    father = replace(hall.cast.citizen, principal_id=hall.cast.li.pk)
    an_agent(hall.cast, giver=father)
    answer = begin(clerk, hall, agent, whose="other", party=shop.pk)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "没有授权，或者授权已经结束" in page
    assert f'value="{hall.cast.li.pk}"' in page
    assert hall.cast.li.id_number not in page
    assert not Assistance.objects.exists()
