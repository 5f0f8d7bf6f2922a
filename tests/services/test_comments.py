"""Comments of the second person: who may, when, and what comes of them."""

import pytest

from common.errors import Forbidden
from common.models import AuditEvent
from services.editing import comments, versions
from services.editing.errors import (
    CommentAnswered,
    CommentInvalid,
    CommentNotFound,
    SamePerson,
    StepNotAllowed,
)
from services.models import CatalogueStep, ReviewComment
from tests.factories.editing import a_desk, a_draft
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db


def submitted(desk):
    draft = a_draft(desk)
    return versions.submit(desk.ann, version_id=draft.pk, expected_revision=draft.revision)


def say(who, version, **given):
    return comments.add_comment(who, version_id=version.pk, **{"section": "materials", "text": "名称不对", **given})


def test_a_comment_goes_back_with_the_note_and_is_answered():
    desk = a_desk()
    version = submitted(desk)
    comment = say(desk.ben, version, part="营业执照")
    version = versions.send_back(desk.ben, version_id=version.pk, note="请改", expected_revision=version.revision)
    note = CatalogueStep.objects.get(version=version, action="return").note
    assert note == "请改\n申请材料 · 营业执照：名称不对"
    answered = comments.answer_comment(desk.ann, comment_id=comment.pk, answer="改了")
    assert (answered.answer, answered.answered_by_id) == ("改了", desk.ann.account_id)
    with pytest.raises(CommentAnswered):
        comments.answer_comment(desk.cai, comment_id=comment.pk, answer="又改了")
    assert ReviewComment.objects.get().answer == "改了"
    assert AuditEvent.objects.filter(code="services.version_comment").count() == 2


def test_only_a_second_person_comments_and_only_in_review():
    desk = a_desk()
    draft = a_draft(desk)
    with pytest.raises(StepNotAllowed):
        say(desk.ben, draft)
    draft = versions.submit(desk.ann, version_id=draft.pk, expected_revision=draft.revision)
    with pytest.raises(SamePerson):
        say(desk.ann, draft)
    with pytest.raises(Forbidden):
        say(desk.other, draft)
    assert not ReviewComment.objects.exists()


@pytest.mark.parametrize("given", [{"text": " "}, {"text": "字" * 1001}, {"text": "\x00"}, {"section": "nothing"}])
def test_a_comment_needs_words_and_a_place(given):
    desk = a_desk()
    version = submitted(desk)
    with pytest.raises(CommentInvalid):
        say(desk.ben, version, **given)
    assert not ReviewComment.objects.exists()


def test_a_comment_is_answered_while_the_version_is_written():
    desk = a_desk()
    version = submitted(desk)
    comment = say(desk.ben, version)
    with pytest.raises(StepNotAllowed):
        comments.answer_comment(desk.ann, comment_id=comment.pk)
    with pytest.raises(CommentNotFound):
        comments.answer_comment(desk.ann, comment_id=version.pk)
    versions.recall(desk.ann, version_id=version.pk, expected_revision=version.revision)
    with pytest.raises(Forbidden):
        comments.answer_comment(desk.other, comment_id=comment.pk)
    with pytest.raises(CommentInvalid):
        comments.answer_comment(desk.ann, comment_id=comment.pk, answer="字" * 501)
    comment.refresh_from_db()
    assert comment.answered_at is None


@pytest.mark.django_db(transaction=True)
def test_two_answering_at_once_answer_once():
    desk = a_desk()
    version = submitted(desk)
    comment = say(desk.ben, version)
    versions.recall(desk.ann, version_id=version.pk, expected_revision=version.revision)
    results = at_once(
        *[
            lambda who=who, text=text: comments.answer_comment(who, comment_id=comment.pk, answer=text)
            for who, text in ((desk.ann, "安"), (desk.cai, "蔡"))
        ]
    )
    assert [result for result in results if isinstance(result, str)] == ["services.comment_answered"]
    winner = next(result for result in results if not isinstance(result, str))
    assert ReviewComment.objects.get().answer == winner.answer
