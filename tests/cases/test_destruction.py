"""What a term is over for is destroyed by two persons, for good, and the record stays."""

import datetime as dt
import hashlib
import json
from dataclasses import replace

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from cases import notices, privacy, tasks
from cases.archive import actions, destroying, destruction, errors, hold_actions, queries
from cases.archive.models import ArchivePackage, DestructionList, DestructionRow
from cases.errors import FileGone
from cases.models import Case, Flag, OpinionAsked, OpinionFile, OpinionRequest
from cases.opinions import queries as opinions
from certificates.models import Document, Grant
from common.models import AuditEvent
from identity.actor import SYSTEM
from identity.models import Account
from tests.documents import text_of
from tests.factories import moves
from tests.factories.cast import build_cast
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "保管期满，鉴定没有继续保存的价值"


@pytest.fixture
def cast(transactional_db, settings, key_folder):
    settings.KEY_DIR = key_folder
    return build_cast()


def a_package(cast, *, number: str = "1", due: dt.date | None = dt.date(2026, 1, 1)) -> ArchivePackage:
    """A case that ended eleven years ago, with its files."""
    case = moves.a_submitted_case(cast)
    closed = timezone.now() - dt.timedelta(days=366 * 11)
    Case.objects.filter(pk=case.pk).update(state="withdrawn", closed_at=closed, archived_at=closed)
    Grant.objects.filter(document__case_uses__case=case).update(ends_at=closed)
    for notice in case.notices.all():
        notice.file.save(f"{notice.pk}.pdf", ContentFile(b"%PDF-1.7"))
    package = ArchivePackage(
        case=case,
        department=cast.scjg,
        state="sealed",
        number=number,
        retention="Y" if due is None else "D10",
        due_on=due,
        closed_on=closed.date(),
        sha256=hashlib.sha256(b"PK").hexdigest(),
        sealed_at=closed,
    )
    package.file.save(f"archive/{case.pk}.zip", ContentFile(b"PK"), save=False)
    package.save()
    return package


def propose(cast, actor=None) -> DestructionList:
    return destruction.propose(actor or cast.decider, department_id=cast.scjg.pk, reason=WHY, checked=True)


def approve(cast, made) -> DestructionList:
    return destruction.approve(cast.supervisor, list_id=made.pk, checked=True, note="同意")


def files_of(package) -> list[str]:
    return [package.file.name, *(notice.file.name for notice in package.case.notices.all())]


def test_two_persons_destroy_it_for_good_and_the_record_stays(cast):
    package, young = a_package(cast), a_package(cast, number="2", due=dt.date(2126, 1, 1))
    kept_for_ever = a_package(cast, number="3", due=None)
    names = files_of(package)
    assert all(default_storage.exists(name) for name in names)
    made = propose(cast)
    assert [row.package_id for row in made.rows.all()] == [package.pk]
    approve(cast, made)
    destroying.run(SYSTEM, list_id=made.pk)
    made.refresh_from_db()
    package.refresh_from_db()
    assert (made.state, package.state, str(package.file)) == ("done", "destroyed", "")
    assert not any(default_storage.exists(name) for name in names)
    assert {ArchivePackage.objects.get(pk=one.pk).state for one in (young, kept_for_ever)} == {"sealed"}
    told, content = queries.record_file(cast.supervisor, made.pk, "manifest")
    assert hashlib.sha256(content).hexdigest() == told.manifest_sha256
    row = json.loads(content)["packages"][0]
    assert (row["number"], row["sha256"], row["files"], row["state"]) == ("1", package.sha256, names, "done")
    _told, pdf = queries.record_file(cast.decider, made.pk, "record")
    assert pdf.startswith(b"%PDF")
    event = AuditEvent.objects.get(code="archive.destroyed")
    assert (event.holder_id, event.detail["sha256"]) == (package.case.applicant_id, package.sha256)
    with pytest.raises(errors.PackageDestroyed):
        actions.read(cast.decider, case_id=package.case_id)
    with pytest.raises(errors.PackageDestroyed):
        hold_actions.ask_hold(cast.decider, case_id=package.case_id, reason="行政复议 12 号")
    assert actions.seal(SYSTEM, case_id=package.case_id).state == "destroyed"  # it is not sealed anew
    with pytest.raises(FileGone):
        notices.read(cast.citizen, package.case.notices.first())
    copied = {file.name for part in privacy.collect(cast.shop.party) for file in part.files}
    assert f"{young.case.notices.first().number}.pdf" in copied
    assert f"{package.case.notices.first().number}.pdf" not in copied


def test_what_others_sent_with_their_opinion_goes_too(cast):
    package = a_package(cast)
    case = package.case
    asked_by = {"account": Account.objects.get(pk=cast.food.account_id), "author": "审查", "days": 3}
    request = OpinionRequest.objects.create(
        case=case, department=cast.scjg, post_id=cast.food.post_id, question="行吗？", **asked_by
    )
    asked = OpinionAsked.objects.create(
        request=request, department_id=cast.fire.department_id, post_id=cast.fire.post_id, state="withdrawn"
    )
    sent = OpinionFile(asked=asked, order=1, name="意见.pdf", media_type="application/pdf", sha256="0")
    sent.file.save("opinion.pdf", ContentFile(b"%PDF-1.7"))
    approve(cast, made := propose(cast))
    destroying.run(SYSTEM, list_id=made.pk)
    assert sent.file.name in made.rows.get().files
    assert not default_storage.exists(sent.file.name)
    with pytest.raises(FileGone):
        opinions.content_of(sent)


def test_a_removed_document_goes_with_the_last_case_that_used_it(cast):
    package = a_package(cast)
    document = Document.objects.filter(case_uses__case=package.case_id).first()
    Document.objects.filter(pk=document.pk).update(removed_at=timezone.now() - dt.timedelta(days=4000))
    name = document.file.name
    approve(cast, made := propose(cast))
    destroying.run(SYSTEM, list_id=made.pk)
    document.refresh_from_db()
    assert document.erased_at is not None
    assert default_storage.exists(name) is Document.objects.filter(file=name).exists()  # the same content elsewhere
    assert made.rows.get().documents == 1


def test_a_document_that_its_owner_keeps_stays_with_them(cast):
    package = a_package(cast)
    document = Document.objects.filter(case_uses__case=package.case_id).first()
    approve(cast, made := propose(cast))
    destroying.run(SYSTEM, list_id=made.pk)
    assert default_storage.exists(document.file.name)
    assert made.rows.get().documents == 0


def test_a_document_of_an_open_case_survives(cast):
    package = a_package(cast)
    document = Document.objects.filter(case_uses__case=package.case_id).first()
    other = moves.a_submitted_case(cast)
    other.materials.filter(document__isnull=False).update(document=document)
    Document.objects.filter(pk=document.pk).update(removed_at=timezone.now() - dt.timedelta(days=4000))
    approve(cast, made := propose(cast))
    destroying.run(SYSTEM, list_id=made.pk)
    document.refresh_from_db()
    assert document.erased_at is None
    assert default_storage.exists(document.file.name)
    assert made.rows.get().state == "done"


def test_the_same_person_never_does_both(cast):
    a_package(cast)
    made = propose(cast)
    for actor in (cast.decider, replace(cast.supervisor, stands_in_for=cast.decider.account_id)):
        with pytest.raises(errors.SamePerson):
            destruction.approve(actor, list_id=made.pk, checked=True)
        with pytest.raises(errors.SamePerson):
            destruction.reject(actor, list_id=made.pk, note="理由写得够长")
    made.refresh_from_db()
    assert (made.state, made.settled_by_id, made.number) == ("proposed", None, None)


def test_who_has_no_archive_knows_of_no_list(cast):
    a_package(cast)
    for actor in (cast.outsider, cast.clerk, cast.food, cast.citizen):
        with pytest.raises(errors.ArchiveNotFound):
            propose(cast, actor)
    made = propose(cast)
    for actor in (cast.outsider, cast.clerk, cast.citizen):
        with pytest.raises(errors.DestructionNotFound):
            destruction.approve(actor, list_id=made.pk, checked=True)
        with pytest.raises(errors.DestructionNotFound):
            queries.get_list(actor, made.pk)
    assert DestructionList.objects.get().state == "proposed"


@pytest.mark.parametrize(("change", "refusal"), [({"reason": "短"}, "reason"), ({"checked": False}, "checked")])
def test_a_proposal_says_why_and_that_somebody_looked(cast, change, refusal):
    a_package(cast)
    given = {"department_id": cast.scjg.pk, "reason": WHY, "checked": True, **change}
    with pytest.raises((errors.HoldReasonMissing, errors.NotChecked)) as refused:
        destruction.propose(cast.decider, **given)
    assert set(refused.value.fields) == {refusal}
    assert not DestructionList.objects.exists()


def test_what_is_held_or_argued_about_is_not_due(cast):
    held, flagged = a_package(cast), a_package(cast, number="2")
    hold_actions.ask_hold(cast.decider, case_id=held.case_id, reason="行政复议 12 号")
    Flag.objects.create(case_id=flagged.case_id, certificate=cast.licence, state="revoked", message="证照已撤销")
    with pytest.raises(errors.NothingDue):
        propose(cast)
    assert not DestructionList.objects.exists()


def test_a_hold_after_the_approval_keeps_it(cast):
    package = a_package(cast)
    names = files_of(package)
    approve(cast, made := propose(cast))
    hold_actions.ask_hold(cast.decider, case_id=package.case_id, reason="行政复议 12 号")
    destroying.run(SYSTEM, list_id=made.pk)
    row = made.rows.get()
    assert (row.state, DestructionList.objects.get().state) == ("kept", "done")
    assert "留存" in row.reason
    assert all(default_storage.exists(name) for name in names)
    assert ArchivePackage.objects.get().state == "sealed"
    made.refresh_from_db()
    with made.record.open() as record:
        said = text_of(record.read())
    assert "没有销毁任何一份" in said
    assert "已经删除" not in said


def test_a_proposal_is_undone_before_the_approval_and_not_after(cast):
    package = a_package(cast)
    made = propose(cast)
    with pytest.raises(errors.DestructionUnderWay):
        propose(cast, cast.supervisor)
    destruction.withdraw(cast.decider, list_id=made.pk)
    with pytest.raises(errors.DestructionMoved):
        approve(cast, made)
    destroying.run(SYSTEM, list_id=made.pk)
    assert ArchivePackage.objects.get().state == "sealed"
    assert default_storage.exists(package.file.name)
    second = propose(cast)
    destruction.reject(cast.supervisor, list_id=second.pk, note="还有一份要看看")
    third = propose(cast)
    approve(cast, third)
    with pytest.raises(errors.DestructionMoved):
        destruction.withdraw(cast.decider, list_id=third.pk)


def test_a_worker_that_dies_between_the_steps_leaves_work_that_is_finished(cast, monkeypatch):
    packages = [a_package(cast), a_package(cast, number="2")]
    names = [name for package in packages for name in files_of(package)]
    approve(cast, made := propose(cast))
    with monkeypatch.context() as broken:
        broken.setattr(destroying, "_delete", _killed)  # the rows are taken, the files still there
        with pytest.raises(SystemExit):
            destroying.run(SYSTEM, list_id=made.pk)
    assert sorted(made.rows.values_list("state", flat=True)) == ["erasing", "todo"]
    with monkeypatch.context() as broken:
        broken.setattr(destroying.record, "printed", _killed)  # everything is gone, the record is not written
        with pytest.raises(SystemExit):
            destroying.run(SYSTEM, list_id=made.pk)
    made.refresh_from_db()
    assert (made.state, str(made.record)) == ("running", "")
    DestructionList.objects.update(updated_at=timezone.now() - dt.timedelta(hours=1))
    assert queries.destructions_left(before=timezone.now() - dt.timedelta(minutes=15)) == [made.pk]
    tasks.destroy_archive(list_id=str(made.pk))
    made.refresh_from_db()
    assert made.state == "done"
    assert set(made.rows.values_list("state", flat=True)) == {"done"}
    assert not any(default_storage.exists(name) for name in names)
    assert AuditEvent.objects.filter(code="archive.destroyed").count() == 2
    assert AuditEvent.objects.filter(code="archive.destruction_ended").count() == 1


def test_a_file_that_cannot_be_deleted_is_not_called_destroyed(cast, monkeypatch):
    a_package(cast)
    approve(cast, made := propose(cast))
    with monkeypatch.context() as broken:
        broken.setattr("common.storage.EncryptedStorage.delete", _refused)
        destroying.run(SYSTEM, list_id=made.pk)
    assert (made.rows.get().state, DestructionList.objects.get().state) == ("erasing", "running")
    destroying.run(SYSTEM, list_id=made.pk)
    assert (made.rows.get().state, DestructionList.objects.get().state) == ("done", "done")


def test_two_workers_at_once_destroy_once(cast):
    a_package(cast)
    a_package(cast, number="2")
    approve(cast, made := propose(cast))
    at_once(*[lambda: destroying.run(SYSTEM, list_id=made.pk) for _ in range(2)])
    assert DestructionList.objects.get().state == "done"
    assert AuditEvent.objects.filter(code="archive.destroyed").count() == 2
    assert AuditEvent.objects.filter(code="archive.destruction_ended").count() == 1


def test_two_proposals_or_two_approvals_at_once_are_one(cast):
    a_package(cast)
    results = at_once(lambda: propose(cast), lambda: propose(cast, cast.supervisor))
    assert "archive.destruction_under_way" in results
    made = DestructionList.objects.get()
    other = cast.supervisor if made.proposed_by_id == cast.decider.account_id else cast.decider
    results = at_once(
        *[lambda: destruction.approve(other, list_id=made.pk, checked=True) for _ in range(2)],
    )
    assert "archive.destruction_moved" in results
    assert AuditEvent.objects.filter(code="archive.destruction_settled").count() == 1


def test_holding_and_destroying_at_once_is_one_after_the_other(cast):
    package = a_package(cast)
    name = package.file.name
    approve(cast, made := propose(cast))
    results = at_once(
        lambda: hold_actions.ask_hold(cast.decider, case_id=package.case_id, reason="行政复议 12 号"),
        lambda: destroying.run(SYSTEM, list_id=made.pk),
    )
    row = DestructionRow.objects.get()
    is_held = results[0] != "archive.package_destroyed"
    assert (row.state == "kept") is is_held
    assert default_storage.exists(name) is is_held


def test_the_night_looks_only_at_what_is_not_archived(cast, django_assert_num_queries):
    a_package(cast)
    waiting = moves.a_submitted_case(cast)
    Case.objects.filter(pk=waiting.pk).update(state="withdrawn", closed_at=timezone.now() - dt.timedelta(days=40))
    with django_assert_num_queries(1):
        assert queries.to_seal(closed_before=timezone.now()) == [waiting.pk]


def _killed(*_args, **_kwargs):
    raise SystemExit


def _refused(*_args, **_kwargs):
    raise OSError
