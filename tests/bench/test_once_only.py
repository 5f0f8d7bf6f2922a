"""The once-only simulation counts what it says, whoever serves whom, and its people contradict themselves nowhere."""

from collections import Counter
from random import Random
from types import SimpleNamespace

import pytest
from django.db import transaction

from bench.once_only import live
from bench.once_only_answers import Facts, situation_of
from bench.once_only_city import City
from bench.once_only_lives import YEARS, Life, life_of
from bench.once_only_totals import Totals, account, reason, spared
from certificates.choosing import Cause, Passed, Resolution, Way
from certificates.models import Grant
from identity.actor import SYSTEM
from portal.demo.catalogue import load
from services.queries import get_version

PEOPLE = 20


def lived(*, reuse: bool = True) -> Totals:
    """What the people come to; nothing of it stays, so that they can live once more."""
    with transaction.atomic():
        totals = live(PEOPLE, reuse=reuse)
        assert Grant.objects.count() == totals.counts["grants"]
        assert not Grant.objects.filter(ends_at__isnull=True).exists()
        transaction.set_rollback(True)
    return totals


@pytest.mark.django_db
def test_what_reuse_spares_is_the_difference_to_the_same_lives_without_it():
    load(SYSTEM)
    on, off = lived(), lived(reuse=False)
    for counted, without in ((on.handed_in, off.handed_in), (on.fields, off.fields), (on.visits, off.visits)):
        assert counted["without"] == without["without"] == without["with"] > counted["with"] > 0
        assert (0 < spared(counted) < 1, spared(without)) == (True, 0.0)
    assert on.counts["cases"] == off.counts["cases"] > PEOPLE
    assert (on.counts["grants"] > 0, off.counts["grants"]) == (True, 0)
    for one in (on, off):
        assert one.ways.total() == one.counts["required"] == one.counts["promised"] + one.handed_in["without"]
        assert one.rest.total() == one.papers.total() == one.handed_in["with"]
    assert set(off.rest) == {"the person wants nothing taken over"}
    parts = Totals()
    with transaction.atomic():
        for people in (range(10), range(10, PEOPLE)):
            city = City(people)
            city.live()
            parts.add(city.totals)
        transaction.set_rollback(True)
    assert parts == on, "the sum does not depend on who is served together"
    printed = account(on)
    assert f"{on.handed_in['without']}" in printed
    assert all(why in printed for why in on.rest)


@pytest.mark.django_db
def test_nobody_claims_what_their_life_denies():
    items = load(SYSTEM).items
    local = Facts(age=30, is_local=True, is_married=False, held=frozenset())
    away = Facts(age=71, is_local=False, is_married=True, held=frozenset({"low-income-certificate"}))
    seen = Counter()
    for number in range(40):
        for facts in (local, away):
            housing = situation_of(get_version(items["public-rental-housing"].current_id), facts, Random(number))
            driving = situation_of(get_version(items["driving-licence-renewal"].current_id), facts, Random(number))
            assert housing["married"] == ("yes" if facts.is_married else "no")
            assert (housing["group"] == "local") is facts.is_local
            assert driving["senior"] == ("yes" if facts.age >= 70 else "no")
            seen[facts.is_local, housing["hardship"]] += 1
    assert {hardship for is_local, hardship in seen if is_local} == {"none"}
    assert {hardship for is_local, hardship in seen if not is_local} == {"none", "low_income"}


def test_lives_are_the_same_each_time_and_a_permit_is_applied_for_once():
    permits = []
    for number in range(200):
        life: Life = life_of(number)
        assert life == life_of(number)
        assert all(0 <= month < YEARS * 12 for month, _item, _shop in life.errands)
        assert life.errands == sorted(life.errands, key=lambda errand: errand[0])
        own = [item for _month, item, _shop in life.errands if item.startswith("居住证")]
        assert not own or life.mobile
        assert own[:1] in ([], ["居住证申领"])
        assert set(own[1:]) <= {"居住证签注"}
        permits.append(len(own))
    assert max(permits) > 5


@pytest.mark.parametrize(
    ("passed", "self_made", "types", "kind", "said"),
    [
        ([Cause.ANOTHERS, Cause.EXPIRED], False, [1], "", "term is over"),
        ([Cause.STALE], False, [], "photo", "too long ago"),
        ([Cause.REFUSED], True, [1], "", "wants nothing"),
        ([], True, [], "plan", "written for this errand"),
        ([], False, [1], "photo", "store does not hold"),
        ([Cause.NONE_OF_THESE], False, [], "photo", "first time"),
        ([], False, [], "", "neither a certificate nor a kind"),
    ],
)
def test_each_paper_has_one_reason(passed, self_made, types, kind, said):
    accepted = SimpleNamespace(all=lambda: types)
    material = SimpleNamespace(is_self_made=self_made, satisfied_by=accepted, kind=kind, pieces=[])
    resolution = Resolution(Way.MISSING, "", passed=tuple(Passed(cause, "") for cause in passed))
    assert said in reason(material, resolution)


def test_nothing_counted_spares_nothing():
    assert spared(Totals().visits) == 0.0
