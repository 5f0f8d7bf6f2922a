"""Comments of the second person on sections of a version, and the author's answers."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from common import events
from identity.actor import Actor
from identity.reviewing.states import VERSION_MOVES, VersionAction
from services import events as codes
from services.editing import steps
from services.editing.elements import SECTIONS
from services.editing.errors import CommentAnswered, CommentInvalid, CommentNotFound
from services.editing.versions import lock_version
from services.models import ItemVersion, ReviewComment
from services.validation import has_forbidden_text

LONGEST, LONGEST_ANSWER = 1000, 500  # characters
_KEYS = {section.key for section in SECTIONS}


@transaction.atomic
def add_comment(actor: Actor, *, version_id: UUID, section: str, text: str, part: str = "") -> ReviewComment:
    """Say something to a section, or to one row of it (``part``, in words).

    Who may return a version may comment on it, while it waits or is approved: raises :class:`StepNotAllowed`,
    :class:`SamePerson`, ``Forbidden``, :class:`CommentInvalid`.
    """
    version = lock_version(actor, version_id)
    steps.check(actor, version, VersionAction.RETURN, VERSION_MOVES)
    text, part = text.strip(), part.strip()[:200]
    if section not in _KEYS:
        raise CommentInvalid(fields={"section": _("没有这一部分。")})
    if not text:
        raise CommentInvalid(fields={"text": _("请写明意见。")})
    if len(text) > LONGEST or has_forbidden_text([text, part]):
        raise CommentInvalid(fields={"text": _("意见最多写 1000 个字，不能有特殊字符。")})
    comment = ReviewComment.objects.create(
        version=version,
        section=section,
        part=part,
        text=text,
        account_id=actor.known_account_id,
        by=actor.history_label[:200],
    )
    events.record(codes.VERSION_COMMENT, actor=actor, subject_id=version.pk, action="comment", section=section)
    return comment


@transaction.atomic
def answer_comment(actor: Actor, *, comment_id: UUID, answer: str = "") -> ReviewComment:
    """Mark a comment as dealt with, while the version is being written; raises :class:`CommentAnswered`."""
    comment = _find(comment_id)
    version = lock_version(actor, comment.version_id)
    steps.check(actor, version, VersionAction.EDIT, VERSION_MOVES)
    comment.refresh_from_db()
    if comment.answered_at:
        raise CommentAnswered
    answer = answer.strip()
    if len(answer) > LONGEST_ANSWER or has_forbidden_text(answer):
        raise CommentInvalid(fields={"answer": _("说明最多写 500 个字，不能有特殊字符。")})
    comment.answer, comment.answered_at, comment.answered_by_id = answer, timezone.now(), actor.account_id
    comment.save()
    events.record(codes.VERSION_COMMENT, actor=actor, subject_id=version.pk, action="answer", section=comment.section)
    return comment


def _find(comment_id: UUID) -> ReviewComment:
    try:
        return ReviewComment.objects.get(pk=comment_id)
    except (ReviewComment.DoesNotExist, ValidationError) as error:
        raise CommentNotFound from error


def comments_of(version: ItemVersion) -> QuerySet[ReviewComment]:
    """All comments on a version, oldest first, with who wrote and who answered."""
    return version.comments.select_related("account", "answered_by").order_by("id")


def get_comment(actor: Actor, comment_id: UUID) -> ReviewComment:
    """A comment, for those who manage the item; raises :class:`CommentNotFound` or ``Forbidden``."""
    comment = ReviewComment.objects.select_related("version__item").filter(pk=comment_id).first()
    if comment is None:
        raise CommentNotFound
    steps.require_manager(actor, comment.version.item.department_id)
    return comment
