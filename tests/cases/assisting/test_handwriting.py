"""A name written with a finger on the display: kept, signed with the rest, printed; anything else is refused."""

import json

import pytest
from django.db import connection

from cases.actions import drafts, submission
from cases.application import archived_form
from cases.assisting import desk_actions as desk
from cases.assisting import display_actions, errors, handwriting
from cases.assisting.models import Assistance
from cases.models import Case
from cases.signing.rules import digest_of
from identity.actor import PUBLIC
from tests.factories.assisting import a_whole_draft, acting, agreed
from tests.factories.cast import a_picture
from tests.factories.counter import Counter

pytestmark = pytest.mark.django_db
NAME = [[100, 100, 300, 120, 320, 300], [500, 90, 520, 310]]


def confirm(counter: Counter, row: Assistance, key: str, written: str) -> Assistance:
    asked = desk.ask_confirmation(counter.clerk, assistance_id=row.pk)
    return display_actions.confirm(PUBLIC, key=key, assistance_id=row.pk, digest=asked.draft_digest, written=written)


def test_the_name_is_signed_with_the_rest_and_drawn_on_the_form(counter: Counter, man, key: str):
    row = agreed(counter, man, key)
    case = a_whole_draft(counter, row)
    confirm(counter, row, key, json.dumps(NAME))
    case = submission.submit(acting(counter), case_id=case.pk, declared=True)
    content = case.signature.content
    assert content["handwriting"] == handwriting.digest(NAME)
    assert digest_of(content) == case.signature.digest
    assert handwriting.drawn(case).count("<polyline") == 2
    assert archived_form(Case.objects.get(pk=case.pk)).startswith(b"%PDF")
    with connection.cursor() as cursor:
        cursor.execute("SELECT handwriting FROM cases_assistance")
        assert b"320" not in bytes(str(cursor.fetchone()[0]), "utf-8")  # encrypted at rest
    Assistance.objects.update(handwriting=[[0, 0, 900, 300]])
    assert handwriting.drawn(case) == ""  # not what was signed
    handwriting.forget(case, is_last_of_joint=True)
    assert Assistance.objects.get().handwriting == []


def test_who_does_not_write_confirms_all_the_same(counter: Counter, man, key: str):
    row = agreed(counter, man, key)
    case = a_whole_draft(counter, row)
    confirm(counter, row, key, "")
    case = submission.submit(acting(counter), case_id=case.pk, declared=True)
    assert "handwriting" not in case.signature.content
    assert handwriting.drawn(case) == ""


def test_a_signature_on_paper_takes_the_place_of_the_one_on_the_display(counter: Counter, man, key: str):
    row = agreed(counter, man, key)
    a_whole_draft(counter, row)
    confirm(counter, row, key, json.dumps(NAME))
    material = Case.objects.get().materials.get(requirement__key="plan")
    other = a_picture(size=44)
    drafts.upload_material(acting(counter), case_id=material.case_id, material_id=material.pk, upload=other)
    desk.ask_confirmation(counter.clerk, assistance_id=row.pk)
    desk.record_paper(counter.clerk, assistance_id=row.pk, scan=a_picture(size=30), reason="屏幕坏了")
    case = submission.submit(acting(counter), case_id=material.case_id, declared=True)
    assert "handwriting" not in case.signature.content


@pytest.mark.parametrize(
    "written",
    [
        "x",
        "{}",
        "[1, 2]",
        "[[1]]",
        "[[1, 2, 3]]",
        '[["1", "2"]]',
        "[[true, false]]",
        "[[1.5, 2.5]]",
        "[[0, 0, 1001, 0]]",
        "[[0, 0, 0, 401]]",
        "[[-1, 0, 900, 0]]",
        "[[500, 200]]",  # a tap
        "[[0, 0, 1e3, 0]]",
        json.dumps([[0, 0, 900, 300]] * 81),
        json.dumps([[0, 0, 900, 300] * 2001]),
        "[" * 59_000,
        "[[" + "9" * 50_000 + ", 1]]",
        " " * 60_001,
        "NaN",
        "[[NaN, 1]]",
    ],
)
def test_anything_else_is_refused_and_nothing_is_confirmed(counter: Counter, man, key: str, written: str):
    row = agreed(counter, man, key)
    Assistance.objects.update(draft_digest="a" * 64)
    with pytest.raises(errors.HandwritingUnusable):
        display_actions.confirm(PUBLIC, key=key, assistance_id=row.pk, digest="a" * 64, written=written)
    row.refresh_from_db()
    assert (row.confirmed_digest, row.handwriting) == ("", [])
