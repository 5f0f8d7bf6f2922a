"""Exchange at the workbench: nothing is written before it is asked for, and only in one's own departments."""

import io
import json
import zipfile

import pytest

from identity.models import Department, Post, Region
from services.exchange import desk
from services.exchange.errors import BatchMoved, BatchNotFound, FileUnfit
from services.exchange.report import report_lines
from services.exchange.runs import problem_rows
from services.models import DataElement, DirectoryEntry, DirectoryVersion, ServiceItem
from tests.factories.catalogue import a_department
from tests.factories.editing import a_desk, an_entry
from tests.services.exchange.test_bulk import plain_row

pytestmark = pytest.mark.django_db


def packed(rows) -> list[bytes]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        archive.writestr("up_task_general_basic.jsonl", text)
    return [buffer.getvalue()]


def test_an_upload_is_tried_out_then_applied_and_refused_rows_stay_out():
    people = a_desk()
    elsewhere = a_department("公安局")
    foreign = plain_row(9, dept_code=elsewhere.uscc, dept_name=elsewhere.name)
    foreign["task_code"] = elsewhere.uscc + foreign["task_code"][18:]
    rows = [plain_row(1), plain_row(2), plain_row(3, row_guid="guid-1"), foreign]
    batch = desk.upload(people.ann, file_name="表.zip", chunks=packed(rows))
    desk.check(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.counts) == ("checked", {"created": 2, "rejected": 2}), batch.problem
    assert not ServiceItem.objects.exists()
    with pytest.raises(BatchNotFound):
        desk.start(people.ben, batch_id=batch.pk)
    desk.start(people.ann, batch_id=batch.pk)
    with pytest.raises(BatchMoved):
        desk.start(people.ann, batch_id=batch.pk)
    desk.run(batch_id=batch.pk)
    desk.run(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.counts) == ("done", {"created": 2, "rejected": 2})
    assert set(ServiceItem.objects.values_list("row_guid", flat=True)) == {"guid-1", "guid-2"}
    codes = [one["code"] for row in problem_rows(batch) for one in row.problems]
    assert codes == ["row_guid_repeated", "not_your_department"]
    export = desk.request_export(people.ann, file_format="csv")
    desk.run(batch_id=export.pk)
    export.refresh_from_db()
    assert (export.state, export.counts) == ("done", {"exported": 2})
    assert "up_task_general_basic.csv" in zipfile.ZipFile(io.BytesIO(export.file.read())).namelist()


def exported(people) -> bytes:
    batch = desk.request_export(people.ann, file_format="csv")
    desk.run(batch_id=batch.pk)
    batch.refresh_from_db()
    return batch.file.read()


def brought_back(people, content: bytes):
    batch = desk.upload(people.ann, file_name="表.zip", chunks=[content])
    desk.check(batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.state == "checked", batch.problem
    return batch


def test_ones_own_export_comes_back_without_a_word_and_what_differs_in_one_line():
    people = a_desk()
    an_entry(people)
    for number in range(9):
        DataElement.objects.create(code=f"a.b{number}", name=f"甲{number}", type="text", max_length=20)
    same = DataElement.objects.count() + Region.objects.count() + Department.objects.count() + Post.objects.count()
    content = exported(people)
    batch = brought_back(people, content)
    assert report_lines(batch) == ([], False)
    assert batch.counts == {"unchanged": same + 1}
    DataElement.objects.update(max_length=30)
    DirectoryEntry.objects.update(name="改名")
    DirectoryVersion.objects.update(name="改名")
    before = list(DataElement.objects.values()), list(DirectoryEntry.objects.values())
    batch = brought_back(people, content)
    assert batch.counts == {"unchanged": same - 9, "rejected": 10}
    lines, has_more = report_lines(batch)
    assert [(one.table, one.count, one.outcome, one.tone, one.is_alike) for one in lines] == [
        ("onestop_reference", 9, "rejected", "amber", True),
        ("up_task_directory", 1, "rejected", "amber", True),
    ]
    assert not has_more
    assert problem_rows(batch).count() == 10  # all of them can be downloaded
    assert (list(DataElement.objects.values()), list(DirectoryEntry.objects.values())) == before


def test_rows_of_one_reason_stand_in_one_line_and_others_by_themselves(django_assert_num_queries):
    people = a_desk()
    elsewhere = a_department("公安局")
    rows = [plain_row(1), plain_row(1, row_guid="guid-1")]
    for number in range(2, 9):
        row = plain_row(number, dept_code=elsewhere.uscc, dept_name=elsewhere.name)
        row["task_code"] = elsewhere.uscc + row["task_code"][18:]
        rows.append(row)
    batch = desk.upload(people.ann, file_name="表.zip", chunks=packed(rows))
    desk.check(batch_id=batch.pk)
    with django_assert_num_queries(2):
        lines, _has_more = report_lines(batch)
    assert [(one.count, one.number, one.tone, one.problems[0]["code"]) for one in lines] == [
        (1, 2, "red", "row_guid_repeated"),
        (7, 3, "amber", "not_your_department"),
    ]


def test_a_file_that_cannot_be_used_is_said_plainly():
    people = a_desk()
    with pytest.raises(FileUnfit):
        desk.upload(people.ann, file_name="a.exe", chunks=[b"x"])
    batch = desk.upload(people.ann, file_name="a.zip", chunks=[b"PK nothing"])
    desk.check(batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.state == "failed"
    assert batch.problem
