"""The demonstration's bundles load, load again without change, and every way of answering ends in a plan that saves."""

import itertools

import pytest

from common.models import AuditEvent
from identity.actor import SYSTEM
from portal.demo import bundles, catalogue
from services.bundles import queries
from services.models import Bundle
from services.rules import next_situation, options_for

pytestmark = pytest.mark.django_db
_MANY = 60  # ways of answering looked at for each bundle


def test_six_bundles_load_once_and_every_answer_leads_to_a_plan():
    city = catalogue.load(SYSTEM)
    assert bundles.load(SYSTEM, city) == 6
    events = AuditEvent.objects.count()
    assert (bundles.load(SYSTEM, city), AuditEvent.objects.count()) == (0, events)
    assert list(Bundle.objects.exclude(findings=[]).values_list("code", "findings")) == []
    for bundle in queries.offered():
        content = queries.content_of(bundle.current)
        for answers in itertools.islice(ways(content.questions), _MANY):
            plan = queries.plan(content, answers, bundle.region)
            assert plan.items or bundle.code == "disability"  # who has all of it already needs nothing
            assert plan.missing == ()
            for row in plan.counts:
                assert 0 <= row.together <= row.separately, (bundle.code, answers, row)
            for one in plan.items:
                questions = list(one.version.situations.all())
                assert next_situation(questions, one.situation) is None, (bundle.code, one.key, answers)
    assert [found.code for found in queries.find("开饭馆")] == ["open-restaurant"]


def ways(questions, answers=None):
    answers = answers or {}
    question = next_situation(questions, answers)
    if question is None:
        yield answers
        return
    for option in options_for(question, answers):
        yield from ways(questions, {**answers, question.key: option["value"]})
