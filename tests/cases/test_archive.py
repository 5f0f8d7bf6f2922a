"""A closed case is sealed once, proves itself offline, and a changed file is told apart from it in words."""

import datetime as dt
import io
import json
import subprocess
import zipfile

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from cases import tasks
from cases.archive import actions, errors, package, queries, rules
from cases.archive.models import ArchivePackage
from cases.archive.verifying import verify
from cases.models import Case
from certificates.erasure_actions import erase_file
from certificates.models import Document, Grant
from certificates.signing.demo_ca import make_demo_ca
from certificates.signing.keys_in_use import default_keystore
from common.models import AuditEvent
from identity.actor import SYSTEM
from services.retention import retention_of
from tests.factories import moves


@pytest.fixture(autouse=True)
def _keys(settings, key_folder):
    settings.KEY_DIR = key_folder


def a_closed_case(cast) -> Case:
    case = moves.an_approved_case(cast)
    tasks.finish_case(case_id=str(case.pk))
    case.refresh_from_db()
    assert case.state == "closed"
    return case


@pytest.fixture
def sealed(cast) -> ArchivePackage:
    return actions.seal(SYSTEM, case_id=a_closed_case(cast).pk)


def content_of(sealed: ArchivePackage) -> bytes:
    with sealed.file.open() as stored:
        return stored.read()


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes], *, how: int = zipfile.ZIP_STORED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", how) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def codes(content: bytes) -> list[str]:
    report = verify(io.BytesIO(content), roots=default_keystore().trust_roots())
    assert all(problem.text for problem in report.problems)
    return [problem.code for problem in report.problems]


def test_a_package_holds_everything_and_verifies(sealed, tmp_path, capsys):
    content = content_of(sealed)
    parts = parts_of(content)
    manifest = json.loads(parts["manifest.json"])
    roles = [part["role"] for part in manifest["parts"]]
    case = sealed.case
    assert codes(content) == []
    assert roles.count("receipt") == 1
    assert roles.count("notice") == case.notices.count() - 1
    assert {"application", "result", "material", "data", "audit"} <= set(roles)
    assert parts["form/application.pdf"].startswith(b"%PDF")
    assert json.loads(parts["data/answers.json"])["answers"] == case.answers
    opinions = json.loads(parts["data/review.json"])["branches"]
    assert [(one["opinion"], one["second_officer"]) for one in opinions] == [("符合", "周同行"), ("符合", "")]
    assert manifest["archive"]["number"] == sealed.number
    assert manifest["case"]["number"] == case.number
    documents = [row.document for row in case.materials.filter(document__isnull=False)]
    stated = {part["sha256"] for part in manifest["parts"]}
    assert documents
    assert {document.sha256 for document in documents} <= stated
    assert AuditEvent.objects.get(code="archive.sealed").detail["sha256"] == sealed.sha256
    with open(default_storage.path(sealed.file.name), "rb") as raw:
        assert not raw.read().startswith(b"PK")  # kept encrypted

    path = tmp_path / "package.zip"
    path.write_bytes(content)
    with connection.execute_wrapper(_no_query):
        call_command("verify_archive", str(path))
    call_command("verify_archive", sealed.number, case.number)
    assert "完好" in capsys.readouterr().out


def _no_query(*_args):
    raise AssertionError("a file is verified without the database")


def test_the_same_case_gives_the_same_bytes(sealed):
    case = actions._lock(sealed.case_id)
    sealed.refresh_from_db()
    parts, manifest = package.build(case, sealed)
    kept = parts_of(content_of(sealed))
    assert manifest == kept["manifest.json"]
    made = io.BytesIO()
    assert package.pack(made, parts, manifest, kept["signature.p7s"]) == (sealed.sha256, sealed.size)
    assert made.getvalue() == content_of(sealed)


def test_openssl_agrees_with_the_signature(sealed, key_folder, tmp_path):
    parts = parts_of(content_of(sealed))
    for name in ("manifest.json", "signature.p7s"):
        (tmp_path / name).write_bytes(parts[name])
    (tmp_path / "roots.pem").write_bytes(b"".join(path.read_bytes() for path in (key_folder / "trust").glob("*.pem")))
    command = "openssl cms -verify -binary -inform DER -in signature.p7s -content manifest.json -CAfile roots.pem"
    done = subprocess.run([*command.split(), "-purpose", "any"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    (tmp_path / "manifest.json").write_bytes(parts["manifest.json"].replace(b"D30", b"D10"))
    assert subprocess.run([*command.split(), "-purpose", "any"], cwd=tmp_path, capture_output=True).returncode != 0


def test_every_kind_of_change_is_told(sealed, tmp_path):
    whole = content_of(sealed)
    parts = parts_of(whole)
    victim = next(name for name in parts if name.startswith("materials/"))
    changed = parts[victim][:-1] + bytes([parts[victim][-1] ^ 1])
    assert codes(packed({**parts, victim: changed})) == ["archive.part_changed"]
    assert codes(packed({name: one for name, one in parts.items() if name != victim})) == ["archive.part_missing"]
    assert codes(packed({**parts, "extra.txt": b"x"})) == ["archive.part_added"]
    other = parts["manifest.json"].replace("永久".encode(), b"") + b" "
    assert codes(packed({**parts, "manifest.json": other})) == ["signing.changed_after_signing"]
    assert codes(packed({**parts, "signature.p7s": b"rubbish"})) == ["signing.file_unreadable"]
    make_demo_ca(tmp_path / "others")
    from certificates.signing.detached import sign_detached
    from certificates.signing.keystore import Pkcs12KeyStore

    foreign = sign_detached(parts["manifest.json"], keystore=Pkcs12KeyStore(tmp_path / "others"))
    assert "signing.signer_not_trusted" in codes(packed({**parts, "signature.p7s": foreign}))
    # One byte anywhere in the stored part of the file itself.
    place = whole.index(parts[victim][:40]) + 20
    flipped = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
    assert codes(flipped) == ["archive.part_changed"]


def test_a_broken_chain_is_told_even_when_its_hash_was_made_to_fit(sealed, monkeypatch):
    parts = parts_of(content_of(sealed))
    rows = json.loads(parts["data/audit.json"])
    assert len(rows) > 3
    del rows[2]
    audit = package.canonical(rows)
    manifest = json.loads(parts["manifest.json"])
    for part in manifest["parts"]:
        if part["name"] == "data/audit.json":
            part["size"], part["sha256"] = len(audit), package.hashlib.sha256(audit).hexdigest()
    raw = package.canonical(manifest)
    from certificates.signing.detached import sign_detached

    forged = {**parts, "data/audit.json": audit, "manifest.json": raw, "signature.p7s": sign_detached(raw)}
    assert codes(packed(forged)) == ["archive.chain_broken"]


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (lambda parts: b"", "archive.file_unreadable"),
        (lambda parts: b"PK\x03\x04 cut off", "archive.file_unreadable"),
        (lambda parts: packed(parts)[:-100], "archive.file_unreadable"),
        (lambda parts: packed({**parts, "../../etc/passwd": b"x"}), "archive.name_unsafe"),
        (lambda parts: packed({**parts, "/etc/passwd": b"x"}), "archive.name_unsafe"),
        (lambda parts: packed({**parts, "a\\..\\b": b"x"}), "archive.name_unsafe"),
        (lambda parts: packed({**parts, "MANIFEST.json": b"x"}), "archive.name_twice"),
        (lambda parts: packed({"manifest.json": b"0" * 9_000_000}, how=zipfile.ZIP_DEFLATED), "archive.packed"),
        (lambda parts: packed({**parts, "manifest.json": b"[" * 100_000}), "archive.manifest_unreadable"),
        (lambda parts: packed({**parts, "manifest.json": b"[1]"}), "archive.manifest_unreadable"),
        (lambda parts: packed({**parts, "manifest.json": b"\xff"}), "archive.manifest_unreadable"),
        (lambda parts: packed({"signature.p7s": b"x"}), "archive.part_missing"),
    ],
)
def test_what_is_damaged_or_hostile_is_answered_in_words(made, code, settings, tmp_path, capsys):
    content = made({"manifest.json": b"{}", "signature.p7s": b"x"})
    assert codes(content) == [code]
    path = tmp_path / "bad.zip"
    path.write_bytes(content)
    with pytest.raises(CommandError, match="1 份有问题"):
        call_command("verify_archive", str(path))
    assert code in capsys.readouterr().out


def test_the_command_names_what_is_not_there(db, tmp_path, capsys):
    with pytest.raises(CommandError):
        call_command("verify_archive", "没有")
    assert "没有这个文件" in capsys.readouterr().out
    with pytest.raises(CommandError, match="证书"):
        call_command("verify_archive", "没有", "--certificate", str(tmp_path / "none.pem"))


def test_an_open_case_is_not_sealed(cast):
    case = moves.a_submitted_case(cast)
    with pytest.raises(errors.NotClosed):
        actions.seal(SYSTEM, case_id=case.pk)
    assert not ArchivePackage.objects.exists()


def test_what_is_missing_is_kept_as_a_problem_and_sealed_later(cast):
    case = a_closed_case(cast)
    notice = case.notices.first()
    name = notice.file.name
    type(notice).objects.filter(pk=notice.pk).update(file="")
    for _try in range(2):
        tasks.seal_case(case_id=str(case.pk))
    row = ArchivePackage.objects.get()
    assert (row.state, row.tries, row.number) == ("problem", 2, None)
    assert notice.number in row.problem
    type(notice).objects.filter(pk=notice.pk).update(file=name)
    tasks.seal_case(case_id=str(case.pk))
    row.refresh_from_db()
    assert (row.state, row.problem) == ("sealed", "")
    assert codes(content_of(row)) == []


def test_erasing_a_file_in_the_locker_leaves_the_package_whole(sealed):
    long_ago = timezone.now() - dt.timedelta(days=366 * 11)
    Case.objects.filter(pk=sealed.case_id).update(closed_at=long_ago)
    Document.objects.filter(case_uses__case=sealed.case_id).update(removed_at=long_ago)
    Grant.objects.filter(document__case_uses__case=sealed.case_id).update(ends_at=long_ago)
    document = Document.objects.filter(case_uses__case=sealed.case_id).first()
    assert erase_file(SYSTEM, document_id=document.pk) is True
    assert codes(queries.stored(sealed)) == []


def test_the_version_says_how_long_else_its_kind_else_the_setting():
    assert retention_of("Y", item_type="01", city={"": "D10"}) == "Y"
    assert retention_of("", item_type="01", city={"": "D10", "01": "Y"}) == "Y"  # the city's table
    assert retention_of("", item_type="01", city={"": "D10"}) == "D30"
    assert retention_of("", item_type="09", city={"": "D10"}) == "Y"
    assert retention_of("", item_type="10", city={"": "D10"}) == "D10"
    assert retention_of("", item_type="10", city={"": "D10", "10": "D30"}) == "D30"


def test_terms_run_from_the_year_after_closing():
    from datetime import date

    from cases.archive.models import Retention

    assert rules.ends_on(Retention.TEN, date(2026, 11, 22)) == date(2037, 1, 1)
    assert rules.ends_on(Retention.PERMANENT, date(2026, 1, 1)) is None
