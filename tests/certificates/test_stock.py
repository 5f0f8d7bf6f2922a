"""Existing stock: dry run, report, matching, what waits, going on half-way, and who vouches for what."""

import csv
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from openpyxl import Workbook

from certificates import errors, numbers, tasks
from certificates.actions import issue
from certificates.models import Certificate, StockImport, WaitingStock
from certificates.queries import get_certificate, verify, without_file
from certificates.stock import actions
from certificates.stock.actions import attach_waiting, check_stock, import_stock
from common.errors import Forbidden
from common.models import AuditEvent
from identity import actions as identity
from identity.actor import SYSTEM
from identity.rules import make_uscc
from tests.factories.cast import Cast

HEADING = ["证照编号", "持证人名称", "持证人代码", "颁发日期", "有效期至", "住所"]
NEW_SHOP = make_uscc(prefix="92", region="519902", body="MA000077")


def good(cast: Cast, **change: str) -> list[str]:
    row = {"number": "jy15199020000001", "name": cast.shop.name, "code": cast.shop.uscc, "on": "2024-01-02",
           "until": "2099-01-01", "address": "人民路18号", **change}  # fmt: skip
    return list(row.values())


def a_file(folder: Path, *rows: list[str], heading: list[str] | None = None, encoding: str = "gb18030") -> Path:
    path = folder / "export.csv"
    with path.open("w", newline="", encoding=encoding) as target:
        csv.writer(target).writerows([heading or HEADING, *rows])
    return path


def outcomes(run, cast: Cast, path: Path, actor=SYSTEM) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    run(
        actor,
        kind=cast.food_licence,
        issuer=cast.scjg,
        path=path,
        report=lambda line, what, why: found.append((what, why)),
    )
    return found


def test_a_dry_run_writes_nothing(cast, tmp_path):
    audited = AuditEvent.objects.count()
    assert outcomes(check_stock, cast, a_file(tmp_path, good(cast))) == [("new", "")]
    assert Certificate.objects.count() == 1
    assert not StockImport.objects.exists()
    assert AuditEvent.objects.count() == audited


def test_a_credit_code_that_nobody_can_have_is_wrong_and_does_not_wait(cast, tmp_path):
    wrong = NEW_SHOP[:-1] + ("0" if NEW_SHOP[-1] != "0" else "1")
    found = outcomes(import_stock, cast, a_file(tmp_path, good(cast, name="新店", code=wrong)))
    assert found == [("wrong", "持证人代码不对，或者不是这类证照的持证人。")]
    assert not WaitingStock.objects.exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_row_becomes_a_certificate_without_a_file_until_somebody_looks(cast, tmp_path, encoding):
    assert outcomes(import_stock, cast, a_file(tmp_path, good(cast), encoding=encoding)) == [("new", "")]
    entered = Certificate.objects.get(number="JY15199020000001")
    assert (entered.holder_id, entered.state, entered.face) == (cast.shop.pk, "valid", {"address": "人民路18号"})
    assert verify(entered.number).is_valid
    assert without_file(before=timezone.now()) == [cast.licence.pk]
    get_certificate(cast.citizen, entered.pk)
    assert entered.pk in without_file(before=timezone.now())


def test_a_workbook_is_read_too(cast, tmp_path):
    book = Workbook()
    for row in (HEADING, good(cast)):
        book.active.append(row)
    book.save(tmp_path / "export.xlsx")
    assert outcomes(import_stock, cast, tmp_path / "export.xlsx") == [("new", "")]


def test_the_same_file_again_changes_nothing(cast, tmp_path):
    path = a_file(tmp_path, good(cast))
    outcomes(import_stock, cast, path)
    audited = AuditEvent.objects.count()
    assert outcomes(import_stock, cast, path) == []
    assert AuditEvent.objects.count() == audited
    (tmp_path / "more").mkdir()
    assert outcomes(import_stock, cast, a_file(tmp_path / "more", good(cast, address="别处"))) == [("known", "")]
    assert Certificate.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"number": ""}, "没有填"),
        ({"number": "J" * 61}, "太长"),
        ({"on": "2024/01/02"}, "日期"),
        ({"until": "2024-02-30"}, "日期"),
        ({"until": "2023-01-01"}, "早于"),
        ({"code": "123"}, "代码不对"),
        ({"name": "别的店"}, "不一致"),
    ],
)
def test_a_wrong_row_is_reported_and_left_out(cast, tmp_path, change, words):
    ((what, why),) = outcomes(import_stock, cast, a_file(tmp_path, good(cast, **change)))
    assert what == "wrong"
    assert words in why
    assert Certificate.objects.count() == 1
    assert not WaitingStock.objects.exists()


def test_doubles_are_found_in_the_file_and_in_the_register(cast, tmp_path):
    rows = [good(cast), good(cast), good(cast, number="JY15199020000002")]
    found = outcomes(import_stock, cast, a_file(tmp_path, *rows))
    assert [what for what, _why in found] == ["new", "wrong", "wrong"]
    assert "重复" in found[1][1]
    assert "已有一张" in found[2][1]
    assert Certificate.objects.count() == 2


def test_past_its_last_day_it_is_entered_as_expired(cast, tmp_path):
    outcomes(import_stock, cast, a_file(tmp_path, good(cast, until="2024-12-31")))
    assert Certificate.objects.get(number="JY15199020000001").state == "expired"


def test_an_unknown_holder_waits_and_is_attached_on_registering(cast, tmp_path):
    row = good(cast, name="新桥面馆", code=NEW_SHOP)
    ((what, _why),) = outcomes(import_stock, cast, a_file(tmp_path, row))
    assert what == "waiting"
    assert Certificate.objects.count() == 1
    assert attach_waiting() == 0
    shop = identity.register_organisation(
        SYSTEM, uscc=NEW_SHOP, name="新桥面馆", kind="个体工商户", address="新桥路1号", legal_representative=cast.li
    )
    tasks.attach_waiting_stock(0)
    assert Certificate.objects.get(holder=shop.pk).number == "JY15199020000001"
    assert not WaitingStock.objects.exists()


def test_what_waits_is_never_attached_to_somebody_of_another_name(cast, tmp_path):
    outcomes(import_stock, cast, a_file(tmp_path, good(cast, name="新桥面馆", code=NEW_SHOP)))
    identity.register_organisation(
        SYSTEM, uscc=NEW_SHOP, name="旧桥面馆", kind="个体工商户", address="新桥路1号", legal_representative=cast.li
    )
    assert attach_waiting() == 0
    assert WaitingStock.objects.count() == 1
    assert Certificate.objects.count() == 1


def test_it_goes_on_where_it_was_stopped(cast, tmp_path, monkeypatch):
    cast.food_licence.is_single_instance = False
    cast.food_licence.save()
    path = a_file(tmp_path, *[good(cast, number=f"JY{number:06d}") for number in range(7)])
    monkeypatch.setattr(actions, "BATCH", 3)
    kept = actions._register

    def power_cut(*args, **more):
        if any(one.row.number == "JY000004" for one in args[4]):
            raise KeyboardInterrupt
        return kept(*args, **more)

    monkeypatch.setattr(actions, "_register", power_cut)
    with pytest.raises(KeyboardInterrupt):
        outcomes(import_stock, cast, path)
    assert Certificate.objects.count() == 1 + 3  # whole batches only
    monkeypatch.setattr(actions, "_register", kept)
    assert len(outcomes(import_stock, cast, path)) == 4
    assert Certificate.objects.count() == 1 + 7
    assert StockImport.objects.get().counts == {"new": 7}


def test_only_the_types_own_source_vouches(cast, tmp_path):
    path = a_file(tmp_path, good(cast))
    with pytest.raises(errors.SourceNotAuthoritative):
        import_stock(SYSTEM, kind=cast.food_licence, issuer=cast.xfj, path=path, report=lambda *row: None)
    for actor in (cast.clerk, cast.outsider, cast.citizen):
        with pytest.raises(Forbidden):
            import_stock(actor, kind=cast.food_licence, issuer=cast.scjg, path=path, report=lambda *row: None)
    assert Certificate.objects.count() == 1
    assert not StockImport.objects.exists()
    assert outcomes(import_stock, cast, path, actor=cast.decider) == [("new", "")]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"\xff\xfe\x00\x81", "证照编号,颁发日期\n".encode()])
def test_another_file_is_refused_in_words(cast, tmp_path, content):
    path = tmp_path / "export.csv"
    path.write_bytes(content)
    with pytest.raises(errors.StockFileInvalid):
        check_stock(SYSTEM, kind=cast.food_licence, issuer=cast.scjg, path=path, report=lambda *row: None)


def test_new_numbers_pass_over_those_that_came_with_the_stock(cast, tmp_path):
    taken = numbers.compose(
        numbers.DEFAULT, prefix="JY", region=cast.scjg.region.code, day=timezone.localdate(), serial=1
    )
    outcomes(import_stock, cast, a_file(tmp_path, good(cast, number=taken, until="2024-12-31")))
    again = issue(SYSTEM, certificate_type=cast.food_licence, holder=cast.shop.party, issuer=cast.scjg, face={})
    assert again.number.endswith("000002")


def test_the_command_checks_and_imports(cast, tmp_path, capsys):
    path, report = a_file(tmp_path, good(cast), good(cast)), tmp_path / "report.csv"
    given = {"type": "food-licence", "department": cast.scjg.uscc}
    call_command("import_certificates", path, check=True, **given)
    assert Certificate.objects.count() == 1
    call_command("import_certificates", path, report=report, **given)
    assert "入库 1，已在库 0，等持证人登记 0，有误 1" in capsys.readouterr().out
    assert len(report.read_text(encoding="utf-8-sig").splitlines()) == 3
    with pytest.raises(CommandError):
        call_command("import_certificates", path, type="nothing", department=cast.scjg.uscc)
