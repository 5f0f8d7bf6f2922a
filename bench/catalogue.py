"""How fast item lists are imported and searched: the demonstration, a real list where there is one, a long list."""

import csv
import itertools
import json
import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.db import connection

from identity.actor import SYSTEM
from identity.models import Department, Region
from identity.rules import make_uscc
from portal.demo.catalogue import load
from services import queries
from services.codes import catalog_code, task_code
from services.exchange.export import export_catalogue
from services.exchange.runs import import_folder
from services.importing.run import ImportOptions, ImportResult, import_file
from services.models import ServiceItem

SAMPLE = Path(
    os.environ.get(
        "ONESTOP_SAMPLE_ITEMS", Path(__file__).resolve().parents[2] / "shared/data/district-511602-items.jsonl"
    )
)
REGIONS = {"511600": "广安市", "511602": "广安区", "519904": "试验区"}
QUESTIONS = """
营业执照 开饭馆 食品经营许可 个体工商户 社保卡 养老保险 失业 低保 残疾人 老人补贴 上户口 身份证 居住证 结婚 生孩子
公积金 房产证 驾照 上牌 医保报销 护照 教师资格 卖烟 施工许可 排水 林木采伐 取水 农药 出版物 演出 消防 户外广告
我要开一家火锅店 孩子上小学怎么报名 公司注销 发票 道路运输 变更登记 备案 证 登记 许可
"""
_SUBJECTS = """
食品 药品 餐饮 旅馆 道路 水路 建筑 教育 医疗 养老 殡葬 林木 渔业 农药 种子 矿产 排污 取水 消防 广告
"""
_OBJECTS = """
经营 生产 运输 使用 建设 开办 聘用 处置 储存 销售 检验 培训 服务 采伐 养殖 加工 进口 租赁 维修 拆除
"""
_ACTS = "许可 备案 核准 登记 变更 延续 注销 补办 年检 认定 审批 确认"


def run(quick: bool) -> dict[str, object]:
    """Import and search; rows/s over the whole run of the importer, search times in ms with all facets."""
    figures = _exchange(2_000 if quick else 1_600_000)
    _forget()
    figures["demo_load_s"] = round(_seconds(lambda: load(SYSTEM)), 2)
    figures["demo_again_s"] = round(_seconds(lambda: load(SYSTEM)), 2)
    if SAMPLE.exists():
        figures |= _imports("list", SAMPLE)
    figures |= _searches("small", rounds=1 if quick else 5)
    with tempfile.TemporaryDirectory() as folder:
        long_list = Path(folder) / "long.jsonl"
        rows = itertools.islice(_rows(), 500 if quick else 20_000)
        long_list.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
        figures |= _imports("long", long_list)
    figures |= _searches("large", rounds=1 if quick else 5)
    return figures | _export()


def _exchange(rows: int) -> dict[str, object]:
    """Exchange tables into an empty catalogue: a plain list from a CSV file, then once more without change.

    The time counts everything from the file to the end of the batch: reading, staging, rows, versions, legal bases,
    all indexes and references made again, and the words of search.
    """
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder:
        _write_list(Path(folder) / "up_task_general_basic.csv", rows)
        figures |= {"import_rows": rows, "load_before": os.getloadavg()[0]}
        for name in ("import", "import_again"):
            start = time.perf_counter()
            batch = import_folder(Path(folder), is_dry_run=False, progress=lambda done, total: None)
            spent = time.perf_counter() - start
            assert batch.counts == {"created" if name == "import" else "unchanged": rows}, batch.counts
            figures[f"{name}_rows_per_s"] = round(rows / spent)
    return figures


def _forget() -> None:
    """Empty the catalogue for what is measured on a small one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE services_serviceitem, services_directoryentry, services_searchtopic, services_searchplace CASCADE"
        )
    Department.objects.all().delete()
    Region.objects.all().delete()


def _export() -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        spent = _seconds(lambda: export_catalogue(out, file_format="csv", batch="bench", progress=lambda a, b: None))
    return {"export_items_per_s": round(ServiceItem.objects.count() / spent)}


def _write_list(file: Path, rows: int) -> None:
    """What the bodies of 320 regions of a province implement of a directory, every mandatory column filled."""
    names = [row["task_name"] for row in itertools.islice(_rows(), max(10, rows // 320 + 1))]
    regions = [
        Region.objects.create(code=f"53{number // 20 + 1:02}{number % 20 + 1:02}", name=f"第{number}区", level=3)
        for number in range(320)
    ]
    bodies = [
        Department(
            uscc=make_uscc(prefix="12", region=region.code, body=f"{number:08}"),
            name=f"第{number}个实施主体",
            short_name=f"主体{number}",
            region=region,
        )
        for number, region in enumerate(regions)
    ]
    Department.objects.bulk_create(bodies)
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(_LIST_COLUMNS.split())
        pairs = ((number, name, body) for number, name in enumerate(names) for body in bodies)
        for number, name, body in itertools.islice(pairs, rows):
            catalog = catalog_code(region="51", item_type="01", main=_main(number))
            writer.writerow(_list_row(name, body, catalog))


def _main(number: int) -> str:
    """A 主项 of the national alphabet, outside those of the demonstration."""
    digits = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    return (
        f"Y{digits[number // 29791 % 31]}{digits[number // 961 % 31]}{digits[number // 31 % 31]}{digits[number % 31]}"
    )


_LIST_COLUMNS = """
row_guid cd_operation cd_batch cd_time data_source catalog_code task_code task_name task_type by_law use_level
power_source dept_name dept_code dept_type accept_condition anticipate_day anticipate_type promise_day promise_type
project_type handle_flow special_procedure server_type is_fee limit_scene_num is_single_login app_is_single_login
link_way supervise_way transact_addr transact_time task_state task_version
"""


def _list_row(name: str, body: Department, catalog: str) -> list[str]:
    guid = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{body.uscc}{catalog}"))
    law = "《中华人民共和国行政许可法》第十二条第一项；《示范省示范管理条例》第八条"
    heading = [
        guid,
        "I",
        "B001",
        "2026-11-01 08:00:00",
        "1",
        catalog,
        task_code(uscc=body.uscc, level="3", catalog=catalog),
    ]
    flow = "申请→受理→审查→决定→送达"
    limits = ["20", "1", "10", "1", "2", flow, "无", "1^2", "0", "1", "0", "0"]
    place = ["0000-12345678", "0000-12345", f"{body.name}政务服务大厅二楼 12 号窗口", "工作日 9:00-12:00，13:30-17:00"]
    condition = "具有与经营规模相适应的场所和设备"
    return [*heading, name, "01", law, "3", "1", body.name, body.uscc, "1", condition, *limits, *place, "1", "1"]


def _imports(name: str, path: Path) -> dict[str, object]:
    """Import a list twice: once new, once without change."""
    options = ImportOptions(create_regions=REGIONS)
    result, first = _timed(lambda: import_file(SYSTEM, path=path, options=options, progress=_silent))
    _again, again = _timed(lambda: import_file(SYSTEM, path=path, options=options, progress=_silent))
    rows = len(result.rows)
    return {
        f"{name}_rows": rows,
        f"{name}_rows_per_s": round(rows / first),
        f"{name}_again_rows_per_s": round(rows / again),
    }


def _searches(name: str, *, rounds: int) -> dict[str, object]:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE services_serviceitem")
        cursor.execute("ANALYZE services_itemversion")
    queries.search("登记")
    times = [
        _seconds(lambda words=words: queries.search(words)) * 1000 for _ in range(rounds) for words in QUESTIONS.split()
    ]
    found = [queries.search(words).total for words in QUESTIONS.split()]
    return {
        f"{name}_items": ServiceItem.objects.count(),
        f"{name}_search_p50_ms": round(statistics.median(times), 1),
        f"{name}_search_p95_ms": round(statistics.quantiles(times, n=20)[-1], 1),
        f"{name}_questions_without_answer": f"{found.count(0)}/{len(found)}",
    }


def _rows() -> Iterator[dict[str, Any]]:
    """Yield invented rows in the national columns, no two alike."""
    combinations = itertools.product(_ACTS.split(), _OBJECTS.split(), _SUBJECTS.split(), range(1, 10))
    for number, (act, thing, subject, kind) in enumerate(combinations):
        yield {
            "task_name": f"{subject}{thing}{act}（第{kind}类）",
            "local_task_code": f"BENCH-{number:06}",
            "task_type": "01",
            "dept_name": f"试验区{subject}管理局",
            "dept_code": "",
            "area_code": "519904000000",
            "by_law": "《中华人民共和国行政许可法》第十二条",
            "promise_day": 5,
            "server_type": "1^2",
            "corp_topic_type": "010",
        }


def _silent(label: str, done: int, total: int) -> None:
    """Show nothing."""


def _timed(work: Callable[[], ImportResult]) -> tuple[ImportResult, float]:
    start = time.perf_counter()
    return work(), time.perf_counter() - start


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
