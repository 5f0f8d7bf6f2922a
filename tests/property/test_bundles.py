"""Whatever items are put together: nothing is lost, nothing is asked more often, and the order does not matter."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from services.bundles import merging, rules
from services.bundles.content import MemberPart
from services.bundles.merging import AskedField, AskedMaterial
from services.forms import FieldSpec

KEYS = ["a", "b", "c", "d", "e"]
TOKENS = st.frozensets(st.sampled_from(["type:1", "type:2", "type:3", "kind:plan"]), max_size=3)
MATERIALS = st.lists(
    st.builds(
        AskedMaterial,
        member=st.sampled_from(KEYS),
        key=st.sampled_from(["x", "y", "z"]),
        name=st.just("材料"),
        tokens=TOKENS,
        proof_of=st.sampled_from(["applicant", "agent"]),
        need=st.sampled_from(["1", "2", "3"]),
    ),
    max_size=12,
    unique_by=lambda one: (one.member, one.key),
)
FIELDS = st.lists(
    st.builds(
        AskedField,
        member=st.sampled_from(KEYS),
        spec=st.builds(
            FieldSpec,
            key=st.sampled_from(["k", "l"]),
            label=st.just("栏"),
            type=st.sampled_from(["text", "date"]),
            element=st.sampled_from(["", "person.name"]),
            required=st.booleans(),
        ),
    ),
    max_size=12,
)
ORDERS = st.dictionaries(st.sampled_from(KEYS), st.lists(st.sampled_from(KEYS), max_size=3, unique=True), min_size=1)


@given(MATERIALS, st.randoms())
def test_materials_are_merged_the_same_whatever_their_order_and_none_is_lost(asked, random):
    merged = merging.merge_materials(asked)
    shuffled = random.sample(asked, len(asked))
    assert merging.merge_materials(shuffled) == merged
    assert sorted((one.member, one.key) for group in merged for one in group.asked) == sorted(
        (one.member, one.key) for one in asked
    )
    assert sum(not group.is_optional for group in merged) <= sum(not one.is_optional for one in asked)
    for group in merged:
        assert len({one.proof_of for one in group.asked}) == 1
        assert all(group.tokens <= one.tokens for one in group.asked)  # what stands for it stands for each
        assert group.tokens or len(group.asked) == 1


@given(FIELDS)
def test_fields_are_asked_once_and_none_is_lost(asked):
    merged = merging.merge_fields(asked)
    assert len(merged) <= len(asked)
    assert len({AskedField(one.members[0], one.spec).identity for one in merged}) == len(merged)
    assert {one.identity for one in asked} == {AskedField(one.members[0], one.spec).identity for one in merged}
    for one in merged:
        mine = [field for field in asked if field.identity == AskedField(one.members[0], one.spec).identity]
        assert one.is_required == any(field.spec.required for field in mine)
        assert set(one.members) == {field.member for field in mine}


@given(ORDERS, st.lists(st.integers(0, 30), min_size=5, max_size=5), st.sets(st.sampled_from(KEYS)))
def test_together_is_never_slower_and_nobody_begins_too_early(after, lengths, chosen):
    members = [MemberPart(key=key, entry_id=None, after=tuple(after.get(key, ()))) for key in KEYS]
    circle = rules.find_cycle({one.key: one.after for one in members})
    if circle:
        assert circle[0] == circle[-1]
        assert all(later in after[earlier] for earlier, later in itertools.pairwise(circle))
        return
    waits = rules.waits_for(members, chosen)
    days = dict(zip(KEYS, lengths, strict=True))
    spans = rules.schedule(waits, days)
    assert set(spans) == chosen
    for key, earlier in waits.items():
        assert all(spans[one].end <= spans[key].start for one in earlier)
    total = max((span.end for span in spans.values()), default=0)
    assert total <= sum(days[key] for key in chosen)
    assert sum(days[key] for key, span in spans.items() if span.is_critical) >= total
    before = rules.all_before(waits)
    assert all(key not in found for key, found in before.items())
    order = rules.in_order(spans, KEYS)
    assert all(order.index(one) < order.index(key) for key in order for one in before[key])


@given(st.integers(0, 400))
def test_calendar_days_are_never_more_working_days(days):
    assert rules.working_days(days, "N") <= days == rules.working_days(days, "W")
