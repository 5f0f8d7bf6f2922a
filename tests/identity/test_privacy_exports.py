"""A copy of one's data: what is in it, who gets it, and when it is gone."""

import datetime as dt
import json
from dataclasses import replace

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from certificates.locker import upload_document
from common.errors import Forbidden
from common.models import AuditEvent
from identity.errors import AccountClosed, AssuranceTooLow
from identity.models import Account, DataExport
from identity.privacy import export_actions
from identity.privacy.archive import _safe
from identity.privacy.errors import ExportGone, ExportRunning, NotYourData, TooManyExports
from identity.queries import actor_for
from tests.factories import moves
from tests.factories.cast import Cast, a_picture
from tests.factories.mandates import an_agent
from tests.factories.phones import texts_to
from tests.factories.privacy import a_closed_account, a_made_export, opened


def test_a_copy_holds_every_chapter_and_the_files_in_plain_names(cast: Cast):
    upload_document(cast.person, owner_id=cast.li.pk, kind="photo", name="照片", upload=a_picture("我的/../照片.png"))
    upload_document(cast.person, owner_id=cast.li.pk, kind="photo", name="照片", upload=a_picture("我的/../照片.png"))
    export = a_made_export(cast.person)
    archive = opened(export_actions.download(cast.person, export_id=export.pk))
    names = archive.namelist()
    chapters = {name.removeprefix("数据/").removesuffix(".json") for name in names if name.startswith("数据/")}
    assert chapters == {
        "person", "organisations", "verifications", "mandates", "sign_ins", "corrections",
        "certificates", "documents", "cases", "joint_cases", "access", "shares", "error_reports",
        "appointments", "tickets", "terminal_visits", "assistances", "breaches",
    }  # fmt: skip
    person = json.loads(archive.read("数据/person.json"))
    assert person["内容"][0]["姓名"] == "李清荷"
    assert person["内容"][0]["公民身份号码"] == cast.li.id_number
    files = [name for name in names if name.startswith("文件/")]
    assert len(files) == 2
    assert len(set(files)) == 2
    assert all(".." not in name.split("/") and name.count("/") == 2 for name in files)
    page = archive.read("请先看这里.html").decode()
    assert "李清荷" in page
    assert all(name in page for name in files)
    assert "已经准备好" in texts_to("13900000001")[-1]


def test_the_legal_representative_copies_the_organisation_with_its_cases_and_certificates(cast: Cast):
    case = moves.an_accepted_case(cast)
    export = a_made_export(cast.citizen)
    archive = opened(export_actions.download(cast.citizen, export_id=export.pk))
    assert json.loads(archive.read("数据/cases.json"))["内容"][0]["办件编号"] == case.number
    assert json.loads(archive.read("数据/certificates.json"))["内容"][0]["照面内容"]["名称"] == cast.shop.name
    whole = b"".join(archive.read(name) for name in archive.namelist()).decode(errors="ignore")
    assert cast.li.id_number not in whole.replace(cast.li.name, "")


def test_nobody_copies_by_mandate_and_staff_not_at_all(cast: Cast):
    agent = an_agent(cast)
    for actor, refusal in ((agent, NotYourData), (cast.clerk, Forbidden)):
        with pytest.raises(refusal):
            export_actions.request_export(actor)
    with pytest.raises(AssuranceTooLow):
        export_actions.request_export(replace(cast.person, assurance_level=2))
    assert not DataExport.objects.exists()


def test_one_at_a_time_and_three_a_day(cast: Cast):
    first = export_actions.request_export(cast.person, request_key="a")
    assert export_actions.request_export(cast.person, request_key="a").pk == first.pk
    with pytest.raises(ExportRunning):
        export_actions.request_export(cast.person, request_key="b")
    export_actions.produce_file(export_id=first.pk)
    export_actions.produce_file(export_id=first.pk)  # a job that runs twice
    assert len(texts_to("13900000001")) == 1
    first.refresh_from_db()
    kept = first.file.name
    a_made_export(cast.person)
    first.refresh_from_db()
    assert first.state == DataExport.State.ERASED
    assert kept
    a_made_export(cast.person)
    with pytest.raises(TooManyExports):
        export_actions.request_export(cast.person)
    assert DataExport.objects.filter(state="ready").count() == 1


def test_a_copy_is_encrypted_on_disk_and_erased_after_a_week(cast: Cast, django_capture_on_commit_callbacks):
    export = a_made_export(cast.person)
    name = export.file.name
    with open(default_storage.path(name), "rb") as stored:
        assert not stored.read().startswith(b"PK")
    with django_capture_on_commit_callbacks(execute=True):
        assert export_actions.expire_due(now=timezone.now() + dt.timedelta(days=6)) == 0
        assert export_actions.expire_due(now=timezone.now() + dt.timedelta(days=8)) == 1
    assert not default_storage.exists(name)
    with pytest.raises(ExportGone):
        export_actions.download(cast.person, export_id=export.pk)


def test_only_who_asked_downloads_and_every_step_is_on_record(cast: Cast):
    export = a_made_export(cast.person)
    for actor in (cast.stranger, cast.citizen):
        with pytest.raises(ExportGone):
            export_actions.download(actor, export_id=export.pk)
        with pytest.raises(ExportGone):
            export_actions.discard(actor, export_id=export.pk)
    export_actions.download(cast.person, export_id=export.pk)
    export_actions.discard(cast.person, export_id=export.pk)
    steps = AuditEvent.objects.filter(subject_kind="export", subject_id=str(export.pk)).order_by("pk")
    assert [row.code.split("_")[-1] for row in steps] == ["requested", "ready", "downloaded", "erased"]
    assert {row.holder_id for row in steps} == {cast.li.pk}


def test_closing_the_account_ends_a_copy_that_is_being_made(cast: Cast):
    export = export_actions.request_export(cast.stranger)
    a_closed_account(cast.stranger)
    export_actions.produce_file(export_id=export.pk)
    export.refresh_from_db()
    assert (export.state, export.file.name) == ("erased", "")
    with pytest.raises(AccountClosed):
        export_actions.request_export(cast.stranger)


def test_a_copy_nobody_could_make_is_given_up_and_may_be_asked_for_again(cast: Cast):
    export = export_actions.request_export(cast.person)
    DataExport.objects.filter(pk=export.pk).update(created_at=timezone.now() - dt.timedelta(days=2))
    export_actions.expire_due(now=timezone.now())
    export.refresh_from_db()
    assert export.state == DataExport.State.FAILED
    assert export_actions.request_export(actor_for(Account.objects.get(pk=cast.account.pk))).state == "waiting"


@pytest.mark.parametrize(
    ("name", "safe"),
    [("../../etc/passwd", "_.._etc_passwd"), ("a\x00b", "a_b"), ("..", "_"), ("", "_"), ("甲" * 200 + ".pdf", None)],
)
def test_names_of_files_cannot_leave_their_folder(name: str, safe: str | None):
    made = _safe(name)
    assert safe is None or made == safe
    assert len(made) <= 80
    assert safe is not None or made.endswith(".pdf")
