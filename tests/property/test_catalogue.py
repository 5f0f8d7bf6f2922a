"""Whatever stands in a row, an answer or a question, the catalogue answers in words and never breaks."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from identity.models import Region
from services import queries, tokens
from services.errors import FieldInvalid
from services.fields import TYPES
from services.forms import FieldSpec, clean_value
from services.importing.columns import KNOWN
from services.importing.reasons import Weight
from services.importing.rows import Surroundings, read_row
from services.models import ServiceItem
from services.search import reindex
from tests.factories.catalogue import an_item

REGION = Region(code="519900", name="示范市", level=2)
AROUND = Surroundings({"519900": REGION}, {}, {}, {}, "519900")
ANY_TEXT = st.text(st.characters(), max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(KNOWN)), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(sorted(KNOWN)) | ANY_TEXT, JSON, max_size=20))
def test_any_row_is_read_or_rejected_with_a_message(values):
    good = {"task_name": "甲", "local_task_code": "1", "dept_name": "某局", "task_type": "01"}
    for given_values in (values, good | values):
        row = read_row(1, given_values, AROUND)
        assert (row.description is None) == (row.weight == Weight.REJECT)
        assert all(finding.message for finding in row.findings)
        if row.description:
            assert "\\u0000" not in json.dumps(row.description.content.source_row)


@given(st.sampled_from(sorted(TYPES)), JSON)
def test_any_answer_is_taken_or_refused_and_what_is_taken_stays_the_same(kind, raw):
    spec = FieldSpec(key="x", label="栏目", type=kind, choices=("甲", "乙"))
    value, message = cleaned(spec, raw)
    assert message or cleaned(spec, value) == (value, "")


def cleaned(spec, raw):
    try:
        return clean_value(spec, raw), ""
    except FieldInvalid as error:
        return None, error.field_message


@given(ANY_TEXT)
def test_words_hold_nothing_that_a_query_gives_a_meaning(text):
    for word in [*tokens.index_words(text), *tokens.query_words(text)]:
        assert word.replace("'", "").replace("\\", "") == word
        assert word.strip() == word != ""


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=60))
def test_any_name_can_be_indexed_and_asked_for(name):
    item = ServiceItem.objects.filter(local_code="probe").first() or an_item("占位", main="31999")
    item.local_code, item.current.name = "probe", name
    item.save()
    item.current.save()
    reindex([item])
    found = queries.search(name)
    is_found = item.pk in [one.pk for one in found.items]
    assert is_found == bool(tokens.query_words(name) or not name.strip())  # nothing asked lists all
