"""A hold takes two persons to set and two to lift; what stands under it is erased by nobody."""

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import timezone

from cases import tasks
from cases.archive import actions, errors, hold_actions, queries
from cases.archive.models import ArchiveHold, ArchivePackage
from cases.models import Case
from certificates.erasure_actions import erase_file
from certificates.models import Document, Grant
from common.models import AuditEvent
from identity.actor import SYSTEM
from tests.factories import moves
from tests.factories.cast import build_cast
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db):
    return build_cast()


@pytest.fixture
def package(cast) -> ArchivePackage:
    """An archived case, closed long ago, whose documents their owner has removed."""
    case = moves.a_submitted_case(cast)
    closed = timezone.now() - dt.timedelta(days=366 * 11)
    Case.objects.filter(pk=case.pk).update(state="withdrawn", closed_at=closed)
    Document.objects.filter(case_uses__case=case).update(removed_at=closed)
    Grant.objects.filter(document__case_uses__case=case).update(ends_at=closed)
    return ArchivePackage.objects.create(
        case=case,
        department=cast.scjg,
        state="sealed",
        number="1",
        retention="Y",
        closed_on=closed.date(),
        file="archive/none.zip",
        sha256="0" * 64,
        sealed_at=closed,
    )


def a_document(package: ArchivePackage) -> Document:
    return Document.objects.filter(case_uses__case=package.case_id).first()


def erase(package: ArchivePackage) -> bool:
    return erase_file(SYSTEM, document_id=a_document(package).pk)


def test_two_persons_set_it_and_two_lift_it(cast, package):
    case_id = package.case_id
    hold = hold_actions.ask_hold(cast.decider, case_id=case_id, reason="行政复议 2026 年 12 号")
    assert erase(package) is False  # it counts before the second person looks
    with pytest.raises(errors.SamePerson):
        hold_actions.settle_hold(cast.decider, case_id=case_id, hold_id=hold.pk, confirmed=True)
    stands_in = replace(cast.supervisor, stands_in_for=cast.decider.account_id)
    with pytest.raises(errors.SamePerson):  # in the post of the first is no second opinion
        hold_actions.settle_hold(stands_in, case_id=case_id, hold_id=hold.pk, confirmed=True)
    hold.refresh_from_db()
    assert hold.state == "asked"
    hold_actions.settle_hold(cast.supervisor, case_id=case_id, hold_id=hold.pk, confirmed=True)
    hold_actions.ask_lift(cast.supervisor, case_id=case_id, hold_id=hold.pk, reason="复议已经审结")
    assert erase(package) is False
    with pytest.raises(errors.SamePerson):
        hold_actions.settle_hold(cast.supervisor, case_id=case_id, hold_id=hold.pk, confirmed=True)
    hold_actions.settle_hold(cast.decider, case_id=case_id, hold_id=hold.pk, confirmed=False)
    hold.refresh_from_db()
    assert (hold.state, hold.lift_reason, hold.lift_asked_by) == ("held", "", None)
    hold_actions.ask_lift(cast.decider, case_id=case_id, hold_id=hold.pk, reason="复议已经审结")
    hold_actions.settle_hold(cast.supervisor, case_id=case_id, hold_id=hold.pk, confirmed=True)
    hold.refresh_from_db()
    assert hold.state == "lifted"
    codes = AuditEvent.objects.filter(code__startswith="archive.hold").order_by("id").values_list("code", flat=True)
    assert len(codes) == 6
    assert erase(package) is True


@pytest.mark.parametrize("reason", ["", "  短 ", "长" * 501, "有零字节\x00的理由"])
def test_a_hold_needs_a_reason(cast, package, reason):
    with pytest.raises(errors.HoldReasonMissing) as refused:
        hold_actions.ask_hold(cast.decider, case_id=package.case_id, reason=reason)
    assert set(refused.value.fields) == {"reason"}
    assert not ArchiveHold.objects.exists()


def test_others_do_not_know_of_it(cast, package):
    for actor in (cast.outsider, cast.clerk, cast.food, cast.citizen):
        with pytest.raises(errors.ArchiveNotFound):
            hold_actions.ask_hold(actor, case_id=package.case_id, reason="行政复议 12 号")
        with pytest.raises(errors.ArchiveNotFound):
            actions.read(actor, case_id=package.case_id)
    assert not ArchiveHold.objects.exists()
    assert not AuditEvent.objects.filter(code="archive.read").exists()


def test_a_rejected_hold_ends_and_another_may_be_asked_for(cast, package):
    first = hold_actions.ask_hold(cast.decider, case_id=package.case_id, reason="行政复议 12 号")
    with pytest.raises(errors.HoldMoved):
        hold_actions.ask_hold(cast.supervisor, case_id=package.case_id, reason="审计抽查要用")
    hold_actions.settle_hold(cast.supervisor, case_id=package.case_id, hold_id=first.pk, confirmed=False)
    with pytest.raises(errors.HoldMoved):
        hold_actions.settle_hold(cast.supervisor, case_id=package.case_id, hold_id=first.pk, confirmed=True)
    with pytest.raises(errors.HoldMoved):
        hold_actions.ask_lift(cast.decider, case_id=package.case_id, hold_id=first.pk, reason="不用了，解除")
    hold_actions.ask_hold(cast.supervisor, case_id=package.case_id, reason="审计抽查要用")
    assert [hold.state for hold in ArchiveHold.objects.order_by("id")] == ["rejected", "asked"]


def test_two_holds_at_once_are_one(cast, package):
    results = at_once(
        *[
            lambda actor=actor: hold_actions.ask_hold(actor, case_id=package.case_id, reason="行政复议 12 号")
            for actor in (cast.decider, cast.supervisor)
        ]
    )
    assert "archive.hold_moved" in results
    assert ArchiveHold.objects.count() == 1


def test_holding_and_erasing_at_once_is_one_after_the_other(cast, package):
    results = at_once(
        lambda: hold_actions.ask_hold(cast.decider, case_id=package.case_id, reason="行政复议 12 号"),
        lambda: erase(package),
    )
    document, hold = a_document(package), ArchiveHold.objects.get()
    assert isinstance(results[0], ArchiveHold)
    assert results[1] is (document.erased_at is not None)
    assert hold.state == "asked"
    assert erase(package) is False


def test_sealing_twice_at_once_makes_one_package(cast, settings, key_folder):
    settings.KEY_DIR = key_folder
    case = moves.a_submitted_case(cast)
    for notice in case.notices.all():
        tasks.produce_notice_file(notice_id=str(notice.pk))
    Case.objects.filter(pk=case.pk).update(state="withdrawn", closed_at=timezone.now())
    first, second = at_once(*[lambda: actions.seal(SYSTEM, case_id=case.pk) for _ in range(2)])
    assert first.pk == second.pk
    assert ArchivePackage.objects.get().sha256 == first.sha256 == second.sha256
    assert AuditEvent.objects.filter(code="archive.sealed").count() == 1


def test_a_worker_killed_while_sealing_leaves_nothing_half_done(cast, settings, key_folder, monkeypatch):
    settings.KEY_DIR = key_folder
    case = moves.a_submitted_case(cast)
    for notice in case.notices.all():
        tasks.produce_notice_file(notice_id=str(notice.pk))
    Case.objects.filter(pk=case.pk).update(state="withdrawn", closed_at=timezone.now())
    with monkeypatch.context() as broken:
        broken.setattr("cases.archive.actions.events.record", _killed)  # the file is written, the row is not committed
        with pytest.raises(SystemExit):
            actions.seal(SYSTEM, case_id=case.pk)
    assert not ArchivePackage.objects.exists()
    package = actions.seal(SYSTEM, case_id=case.pk)
    assert package.number.endswith("-000001")  # the number was given back
    assert package.file.name == f"archive/{package.closed_on.year}/{case.pk}.zip"  # over what was left behind
    assert queries.stored(package)


def _killed(*_args, **_kwargs):
    raise SystemExit
