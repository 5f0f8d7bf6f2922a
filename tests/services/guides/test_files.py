"""Files of a version: put in while it is written, carried on, kept for ever; windows of an item."""

import pytest
from django.core.files.storage import default_storage

from common.errors import Forbidden
from services.descriptions import MaterialPart
from services.editing import versions
from services.editing.errors import StaleVersion, StepNotAllowed
from services.guides import actions, queries
from services.guides.changes import public_changes
from services.guides.errors import FileNotFound, FilePlaceUnknown, FileUnsafe, TooManyFiles, WindowsInvalid
from services.models import ItemVersion, ItemWindow, VersionFile
from tests.factories.editing import a_desk, a_draft, a_published_item, changed, published
from tests.factories.guides import a_docx, a_hall, a_pdf, a_picture, an_upload

pytestmark = pytest.mark.django_db
_MATERIALS = (MaterialPart(key="form", name="申请表", legal="示范法第一条"),)


@pytest.fixture
def desk():
    return a_desk()


@pytest.fixture
def draft(desk) -> ItemVersion:
    return a_draft(desk, materials=_MATERIALS)


def put(who, draft, content: bytes, **more) -> VersionFile:
    given = {"kind": "blank", "material_key": "form", "expected_revision": draft.revision, **more}
    return actions.add_file(who, version_id=draft.pk, upload=an_upload(content), **given)


def again(draft) -> ItemVersion:
    return ItemVersion.objects.get(pk=draft.pk)


def test_a_draft_takes_a_file_once_and_notes_it(desk, draft):
    same = a_pdf()  # a PDF written in another second is another file
    row = put(desk.ann, draft, same, name="申请表（空白）")
    assert put(desk.ann, draft, same) == row  # a double click: the same file is there
    assert (row.name, row.media_type, row.size) == (
        "申请表（空白）",
        "application/pdf",
        len(queries.open_file(row).content),
    )
    assert again(draft).revision == draft.revision + 1
    assert draft.history.order_by("-id").first().fields == ["files"]


def test_replacing_and_removing_erase_the_bytes_when_nobody_shows_them(desk, draft, django_capture_on_commit_callbacks):
    old = put(desk.ann, draft, a_pdf())
    with django_capture_on_commit_callbacks(execute=True):
        new = put(desk.ann, again(draft), a_picture(), replaces=old.pk)
    assert [row.pk for row in queries.files_of(draft)] == [new.pk]
    assert not default_storage.exists(old.file.name)
    with django_capture_on_commit_callbacks(execute=True):
        actions.remove_file(desk.ann, file_id=new.pk, expected_revision=again(draft).revision)
    assert not default_storage.exists(new.file.name)
    before = again(draft).revision
    with pytest.raises(FileNotFound):
        actions.remove_file(desk.ann, file_id=new.pk, expected_revision=before)
    assert again(draft).revision == before


@pytest.mark.parametrize(
    ("content", "more", "error"),
    [
        (b"", {}, Exception),
        (a_docx({"word/vbaProject.bin": b"x"}), {}, FileUnsafe),
        (a_pdf(), {"material_key": "nothing"}, FilePlaceUnknown),
        (a_pdf(), {"material_key": ""}, FilePlaceUnknown),
        (a_pdf(), {"kind": "virus"}, FilePlaceUnknown),
        (a_pdf(), {"expected_revision": 99}, StaleVersion),
        (a_pdf(), {"replaces": "00000000-0000-7000-8000-000000000000"}, FileNotFound),
    ],
)
def test_a_refusal_stores_nothing(desk, draft, content, more, error):
    with pytest.raises(error):
        put(desk.ann, draft, content, **more)
    assert not VersionFile.objects.exists()
    assert again(draft).revision == draft.revision


def test_others_and_too_many_are_refused(desk, draft):
    with pytest.raises(Forbidden):
        put(desk.other, draft, a_pdf())
    assert not VersionFile.objects.exists()
    for size in range(actions.MOST_FILES):
        put(desk.ann, again(draft), a_docx({"word/x.xml": f"<x>{size}</x>"}))
    before = again(draft).revision
    with pytest.raises(TooManyFiles):
        put(desk.ann, again(draft), a_pdf())
    assert (VersionFile.objects.count(), again(draft).revision) == (actions.MOST_FILES, before)


def test_a_version_keeps_its_files_for_ever_and_the_next_one_goes_on_with_them(desk, draft):
    row = put(desk.ann, draft, a_pdf())
    with pytest.raises(FileNotFound):
        queries.public_file(row.pk)
    item = published(desk, again(draft)).item
    assert queries.public_file(row.pk) == row
    with pytest.raises(StepNotAllowed):
        actions.remove_file(desk.ann, file_id=row.pk, expected_revision=again(draft).revision)
    second = changed(desk, item, {"summary": "新的说明"})
    copy = queries.files_of(second)[0]
    assert (copy.file.name, copy.pk == row.pk) == (row.file.name, False)
    actions.remove_file(desk.ann, file_id=copy.pk, expected_revision=again(second).revision)
    published(desk, again(second))
    assert queries.open_file(queries.public_file(row.pk)).content  # the first version still shows it
    back = versions.roll_back(desk.ann, version_id=draft.pk)
    assert len(queries.files_of(back)) == 1


def test_windows_are_set_at_once_and_only_in_halls_of_the_city(desk):
    item = a_published_item(desk)
    hall = a_hall(desk.department)
    actions.set_windows(desk.ann, item_id=item.pk, windows=[(hall.pk, " 二楼 A1 ")])
    assert [(row.hall, row.window) for row in queries.windows_of(item)] == [(hall, "二楼 A1")]
    closed = a_hall(desk.department, name="旧厅", is_active=False)
    for windows in ([(closed.pk, "")], [(hall.pk, ""), (hall.pk, "")], [(hall.pk, "甲\x00")]):
        with pytest.raises(WindowsInvalid):
            actions.set_windows(desk.ann, item_id=item.pk, windows=windows)
    with pytest.raises(Forbidden):
        actions.set_windows(desk.other, item_id=item.pk, windows=[])
    assert ItemWindow.objects.count() == 1


def test_what_changed_is_told_between_public_versions_only(desk):
    item = a_published_item(desk, summary="旧的说明", synonyms=["甲"])
    published(desk, changed(desk, item, {"summary": "新的说明", "synonyms": ["乙"]}))
    versions.open_draft(desk.ann, item_id=item.pk)
    found = public_changes(item, number=2)
    assert [(one.before, one.after) for one in found.changes] == [("旧的说明", "新的说明")]
    for number in (1, 3):
        with pytest.raises(Exception, match="version_not_found"):
            public_changes(item, number=number)
