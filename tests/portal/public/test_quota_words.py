"""Only so many are granted: what people read on the guide and while they wait."""

import time

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case
from services.models import ItemVersion
from tests.factories.moves import a_reviewed_case, a_submitted_case, an_accepted_case, an_approved_case
from tests.factories.quotas import a_limited_cast, limit
from tests.factories.visitors import a_visitor

pytestmark = pytest.mark.django_db


def guide_of(cast) -> str:
    answer = Client().get(reverse("item_guide", args=[cast.item.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_guide_says_how_many_are_free_and_who_comes_first():
    cast = a_limited_cast(places=3, counts="in_force")
    an_approved_case(cast)
    an_accepted_case(cast)

    page = guide_of(cast)

    for words in ("一共 3 个名额，现在还有 2 个。", "先受理的先得", "已经受理、还没有决定的有 1 件。"):
        assert words in page
    limit(cast, places=1, counts="year")
    assert "今年的 1 个名额已经用完。" in guide_of(cast)
    limit(cast, order="other")
    assert "先受理的先得" not in guide_of(cast)
    limit(cast, order="")
    assert "名额有限" not in guide_of(cast)


def test_a_limit_costs_a_guide_two_queries_more(django_assert_num_queries):
    cast = a_limited_cast(places=3, counts="in_force")
    with django_assert_num_queries(15):  # what every guide takes (12), the calendar, places taken, who waits
        guide_of(cast)


def test_who_waits_reads_how_many_are_before_them():
    cast = a_limited_cast(places=1, counts="year")
    first, second = a_reviewed_case(cast), an_accepted_case(cast)
    third = a_submitted_case(cast)
    browser = a_visitor(cast.account, acting_for=cast.shop)

    def page_of(case: Case) -> str:
        return browser.get(reverse("my_case", args=[case.pk])).content.decode()

    assert "受理在您前面的都已经决定" in page_of(first)
    assert "您前面还有 1 件。" in page_of(second)
    assert first.number not in page_of(second)
    assert "您的申请受理以后开始排队，现在已经受理、还没有决定的有 2 件。" in page_of(third)
    ItemVersion.objects.filter(pk=cast.version.pk).update(quota_order="")
    assert "数量限制" not in page_of(second)


def test_the_progress_without_sign_in_says_it_too():
    cast = a_limited_cast()
    first, second = a_reviewed_case(cast), an_accepted_case(cast)
    guest = Client()
    session = guest.session
    session["progress_case"] = {"id": str(second.pk), "until": int(time.time()) + 60}
    session.save()

    page = guest.get(reverse("progress_case")).content.decode()

    assert "您前面还有 1 件。" in page
    assert first.number not in page
