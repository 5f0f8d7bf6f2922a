"""Plain rows written by the thousand say the same as those read one by one; doubtful ones are left to that."""

import json

import pytest

from common.models import AuditEvent
from services.codes import catalog_code, task_code
from services.descriptions import PREFETCH, describe
from services.exchange import bulk, runs
from services.exchange.plain import RowWriter, Verdict
from services.models import ItemVersion, LegalBasis, SearchPlace, ServiceItem
from services.search import Filters, find_page
from tests.factories.catalogue import a_department

pytestmark = pytest.mark.django_db

OWN = """
task_code local_code department_id department_name region_id state item_type name row_guid row_version row_digest
entry_id
"""
DOUBTFUL = [
    {"task_name": " 两头有空格 "},
    {"task_name": "中间  两格"},
    {"server_type": "1^1"},
    {"server_type": "7"},
    {"accept_condition": "一\r\n二"},
    {"handle_flow": "受理-->办结"},
    {"task_name": {"zh": "不是文本"}},
    {"link_way": "x" * 150},
    {"anticipate_day": 99999},
    {"dept_code": "旧代码"},
    {"area_code": "519903"},
    {"limit_explain": "每年一次"},
    {"by_law": "《" + "法" * 300 + "》第一条"},
    {"task_state": "9"},
    {"task_version": "0"},
    {"use_level": "一二三四五六七八九十百千"},
    {"row_guid": "guid-1", "task_name": "第一行的 row_guid 又来一次"},
    {"is_fee": True},
    {"local_task_code": "\\u0000 只是六个字符"},
    {"task_name": "Cafe\u0301 许可"},
]


def plain_row(number: int, **more) -> dict:
    department = a_department()
    code = catalog_code(region="51", item_type="01", main=f"{number:05}")
    values = {
        "row_guid": f"guid-{number}",
        "catalog_code": code,
        "task_code": task_code(uscc=department.uscc, level="3", catalog=code),
        "task_name": f"第{number}类经营许可",
        "task_type": "01",
        "by_law": "《中华人民共和国行政许可法》第十二条；《示范条例》第三条第二款",
        "use_level": "3",
        "power_source": "1",
        "dept_name": department.name,
        "dept_code": department.uscc,
        "dept_type": "1",
        "accept_condition": "有固定场所\n有从业人员",
        "anticipate_day": 20,
        "anticipate_type": "1",
        "promise_day": "5",
        "promise_type": "2",
        "project_type": "2",
        "handle_type": "1^2",
        "handle_flow": "申请→受理→决定",
        "special_procedure": "无",
        "server_type": "1^2",
        "is_fee": "0",
        "limit_scene_num": "1",
        "is_single_login": "1",
        "link_way": "0000-12345",
        "transact_addr": "市民中心一楼",
        "task_state": "1",
        "task_version": "2",
    }
    return {**values, **more}


def save(folder, rows) -> None:
    folder.mkdir(exist_ok=True)
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (folder / "up_task_general_basic.jsonl").write_text(text, encoding="utf-8")


def told(batch) -> list:
    """What the report says, row by row: repairs and refusals."""
    return list(runs.problem_rows(batch).values_list("number", "guid", "outcome", "problems"))


def all_items() -> dict:
    items = {}
    for item in ServiceItem.objects.select_related("entry", "department", "region").order_by("task_code"):
        version = ItemVersion.objects.prefetch_related(*PREFETCH).get(pk=item.current_id)
        own = {
            name: getattr(item, name)
            for name in [
                "task_code",
                "local_code",
                "department_id",
                "department_name",
                "region_id",
                "state",
                "item_type",
                "name",
                "row_guid",
                "row_version",
                "row_digest",
                "entry_id",
            ]
        }
        place = SearchPlace.objects.filter(item=item).values(
            "region_id", "level", "is_shown", "item_type", "audience", "themes", "department_name", "is_online", "depth"
        )
        items[item.row_guid] = (own, describe(version), version.version, version.state, list(place))
    return items


def test_plain_rows_say_the_same_as_rows_read_one_by_one(tmp_path, monkeypatch):
    rows = [plain_row(number) for number in range(1, 6)]
    rows += [plain_row(number, **change) for number, change in enumerate(DOUBTFUL, start=10)]
    optional = set(plain_row(1)) - {"row_guid", "task_code", "task_name", "task_type", "dept_name", "task_version"}
    rows += [
        {name: value for name, value in plain_row(number).items() if name != left_out}
        for number, left_out in enumerate(sorted(optional), start=100)
    ]
    save(tmp_path / "in", rows)
    taken = []
    whole = bulk.take_plain
    monkeypatch.setattr(bulk, "take_plain", lambda *given, **ids: taken.append(whole(*given, **ids)) or taken[-1])
    batch = runs.import_folder(tmp_path / "in", is_dry_run=False, progress=lambda done, total: None)
    assert len(rows) - len(taken[0]) == len(DOUBTFUL) + 1, "the doubtful ones and the one without a department's code"
    by_thousand, counts, problems = all_items(), batch.counts, told(batch)
    assert problems
    assert find_page("第3类经营许可", Filters(), limit=1, offset=0) == [ServiceItem.objects.get(row_guid="guid-3").pk]
    written = AuditEvent.objects.get(code="services.items_written")
    assert written.detail["rows"] == len(taken[0])
    SearchPlace.objects.all().delete()
    LegalBasis.objects.all().delete()
    ServiceItem.objects.update(current=None)
    ItemVersion.objects.all().delete()
    ServiceItem.objects.all().delete()
    monkeypatch.setattr(bulk, "take_plain", lambda *given, **ids: {})
    batch = runs.import_folder(tmp_path / "in", is_dry_run=False, progress=lambda done, total: None)
    assert batch.counts == counts
    assert all_items() == by_thousand
    assert told(batch) == problems
    monkeypatch.setattr(bulk, "take_plain", whole)
    batch = runs.import_folder(tmp_path / "in", is_dry_run=False, progress=lambda done, total: None)
    assert batch.counts["unchanged"] == counts["created"]
    assert "created" not in batch.counts
    assert all_items() == by_thousand


def test_of_rows_with_one_code_the_first_counts_plain_or_not(tmp_path):
    first, second = plain_row(1, handle_flow="受理-->办结"), plain_row(1, row_guid="guid-2", task_name="后来的")
    save(tmp_path / "in", [first, second, plain_row(3)])
    batch = runs.import_folder(tmp_path / "in", is_dry_run=False, progress=lambda done, total: None)
    assert batch.counts == {"created": 2, "rejected": 1}
    assert [problem[0]["code"] for problem in runs.problem_rows(batch).values_list("problems", flat=True)][-1:] == [
        "duplicate_code"
    ]
    assert not ServiceItem.objects.filter(row_guid="guid-2").exists()


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ({}, Verdict.PLAIN),
        ({"promise_day": 5, "cd_time": "2026-11-01", "link_addr": ""}, Verdict.PLAIN),
        ({"promise_day": True}, Verdict.DOUBTFUL),
        ({"promise_day": 5.0}, Verdict.DOUBTFUL),
        ({"dept_name": None}, Verdict.DOUBTFUL),
        ({"unheard_of": "1"}, Verdict.DOUBTFUL),
        ({"transact_addr": "\u2028前面有分行符"}, Verdict.DOUBTFUL),
        ({"catalog_code": "510199999000"}, Verdict.DOUBTFUL),
        ({"task_name": "零\x00字符"}, Verdict.FORBIDDEN),
        ({"task_name": "半个\ud800字符"}, Verdict.FORBIDDEN),
    ],
)
def test_a_row_is_as_doubtful_as_the_worst_of_its_values(values, verdict):
    writer = RowWriter("up_task_general_basic")
    row = {**plain_row(1), **values}
    for _time in range(2):  # the second time each value is known
        written, found = writer.write(tuple(row), list(row.values()))
        assert found is verdict
        kept = {name: value for name, value in row.items() if value not in ("", None) and name != "cd_time"}
        assert json.loads(written) == kept
    row = plain_row(1)
    assert RowWriter("up_task_punish_basic").write(tuple(row), list(row.values()))[1] is Verdict.DOUBTFUL
