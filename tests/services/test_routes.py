"""The order of a review route: what opens when, what rests on what, and what may not be published."""

import dataclasses
import uuid

from hypothesis import given
from hypothesis import strategies as st

from services import routes
from services.descriptions import StagePart, VersionContent
from services.editing.compare import compare
from services.exchange import side
from services.exchange.side import Names
from services.lint import routes as lint
from services.lint.subject import Around, Subject


def stage(key: str, *after: str, days: int = 1, lead: str = "", **more: object) -> StagePart:
    nobody = uuid.UUID(int=0)
    return StagePart(
        key=key, name=key.upper(), department_id=nobody, post_id=nobody, days=days, after=list(after), lead=lead, **more
    )  # type: ignore[arg-type]


ROUTE = (stage("a"), stage("b", "a", days=3), stage("c", "a", days=2), stage("d", "b", "c"))
JOINT = (stage("a"), stage("j", "a", days=4, kind="joint"), stage("p", days=2, lead="j", kind="joint"), stage("z", "j"))


def codes(*route: StagePart, **more: object) -> list[str]:
    content = VersionContent(name="x", promise_days=20, route=route, **more)  # type: ignore[arg-type]
    subject = Subject(content=content, item_type="01", around=Around({}, {}), has_department=True)
    return [finding.code for finding in lint.check(subject)]


def test_a_stage_opens_when_all_it_waits_for_is_done():
    keys = frozenset("abcd")
    assert routes.ready(ROUTE, done=frozenset(), waiting=keys) == ["a"]
    assert routes.ready(ROUTE, done=frozenset("a"), waiting=frozenset("bcd")) == ["b", "c"]
    assert routes.ready(ROUTE, done=frozenset("ab"), waiting=frozenset("d")) == []
    assert routes.ready(ROUTE, done=frozenset("abc"), waiting=frozenset("d")) == ["d"]


def test_who_takes_part_opens_with_the_lead_and_the_lead_rests_on_them():
    assert routes.ready(JOINT, done=frozenset("a"), waiting=frozenset("jpz")) == ["j", "p"]
    assert routes.behind(JOINT, "p") == {"j", "z"}
    assert routes.before(JOINT, "j") == {"a", "p"}
    assert routes.ranks(JOINT) == [["a"], ["j", "p"], ["z"]]


def test_the_longest_way_is_what_counts():
    assert routes.longest(ROUTE) == 1 + 3 + 1
    assert routes.begins(ROUTE) == {"a": 0, "b": 1, "c": 1, "d": 4}
    assert routes.longest(()) == 0


def test_what_cannot_be_walked_is_found():
    assert codes(*ROUTE) == []
    assert codes(*JOINT) == []
    assert codes(stage("a", "b"), stage("b", "a")) == ["route.cycle"]
    assert codes(stage("a", "a")) == ["route.cycle"]
    assert codes(stage("a", "gone")) == ["route.stage_unknown"]
    assert codes(stage("a"), stage("b", lead="a")) == ["route.lead_unknown"]
    assert codes(stage("j", kind="joint")) == ["route.joint_alone"]
    assert codes(stage("a"), stage("j", kind="joint"), stage("p", "a", lead="j")) == ["route.part_has_order"]
    assert codes(stage("j", kind="joint"), stage("p", lead="j", days=2)) == ["route.part_too_long"]
    assert codes(stage("v", kind="site_visit")) == ["route.visit_alone"]
    assert codes(stage("v", kind="site_visit", is_substantive=True)) == []


def test_a_route_longer_than_the_promise_is_found():
    long = (stage("a", days=12), stage("b", "a", days=9))
    assert codes(*long) == ["route.too_long"]
    assert codes(stage("a", days=12), stage("b", days=9)) == []  # side by side
    assert codes(stage("a", days=15), promise_unit="N") == []
    assert codes(stage("a", days=16), promise_unit="N") == ["route.too_long"]


@given(st.lists(st.integers(0, 69), max_size=12))
def test_every_route_without_a_circle_comes_to_its_end(pairs):
    keys = [f"s{number}" for number in range(7)]
    after: dict[str, list[str]] = {key: [] for key in keys}
    for pair in pairs:
        after[keys[pair // 10]].append(f"s{pair % 10}")  # some are not there
    route = [stage(key, *after[key]) for key in keys]
    done: set[str] = set()
    while opening := routes.ready(route, done=frozenset(done), waiting=frozenset(keys) - done):
        done.update(opening)
    turning = routes.circle(route)
    assert (done == set(keys)) is (not turning)
    if turning:
        needed = routes.waits_for(route)
        assert all(later in needed[key] for key, later in zip(turning, [*turning[1:], turning[0]], strict=True))
    assert sorted(key for rank in routes.ranks(route) for key in rank) == keys


def test_a_comparison_names_stages_and_keeps_the_offices_business():
    old = VersionContent(name="x", route=(stage("a"), stage("b")))
    new = dataclasses.replace(old, route=(stage("a"), stage("b", "a", checklist=["看一看"])))
    shown = [(one.label, one.before, one.after) for one in compare(old, new)]
    assert shown == [("B · 等哪些环节办完才开始", "", "A")]
    inside = compare(old, new, internal=True)
    assert {one.label for one in inside} == {"B · 等哪些环节办完才开始", "B · 核查清单"}


def test_an_exchange_keeps_the_route():
    department, post = uuid.uuid4(), uuid.uuid4()
    names = Names(types={}, departments={"DEP": department}, posts={("DEP", "监督科"): post})
    given = tuple(
        dataclasses.replace(one, department_id=department, post_id=post)
        for one in (
            stage("a"),
            stage("b", "a", kind="joint", checklist=["看"]),
            stage("c", lead="b", assignment="load"),
        )
    )
    content = VersionContent(name="x", route=given)
    values = side.written(content, names)
    assert "after" not in values["route"][0]  # what says nothing is left out: routes of before read as they did
    assert side.read(values, names).route == given
