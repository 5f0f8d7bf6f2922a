"""Materials in pieces: what is stored, checked, shown, written out and read back, and merged in bundles."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

from services.bundles.merging import merge_materials
from services.bundles.planning import asked_material
from services.descriptions import MaterialPart, VersionContent, describe
from services.exchange.side import Names, RestInvalid, read, written
from services.lint.references import check
from services.lint.subject import Around, Subject
from services.pieces import full_name, kinds_of, parts_of, shape_problems, words
from services.validation import storing_problems
from tests.factories.catalogue import a_certificate_type, an_item

pytestmark = pytest.mark.django_db

PAGES = [{"key": "front", "name": "首页", "kind": "front"}, {"key": "own", "name": "本人页", "kind": ""}]


def a_part(**more) -> MaterialPart:
    return MaterialPart(**{"key": "register", "name": "户口簿", "pieces": PAGES, **more})


def content(*materials: MaterialPart) -> VersionContent:
    return VersionContent(name="事项", materials=materials)


def test_words_names_and_kinds():
    every, any_one = a_part(combination="all"), a_part(combination="any", kind="book")
    assert (words(every), words(any_one)) == ("以下全部：首页、本人页", "以下任一：首页、本人页")
    assert full_name(every, "own") == "户口簿：本人页"
    assert [one.key for one in parts_of(every) if one] == ["front", "own"]
    assert parts_of(any_one) == (None,)
    assert kinds_of(any_one) == ("book", "front", "register-own")
    assert words(MaterialPart(key="a", name="甲")) == ""


@pytest.mark.parametrize(
    "pieces",
    [
        [{"key": "a"}],
        [{"key": "a", "name": " "}],
        [{"key": "", "name": "甲"}],
        [{"key": "a b", "name": "甲"}],
        [{"key": "a", "name": "甲", "types": ["x"]}],
        [{"key": "a", "name": "甲", "kind": 3}],
        [{"key": "a", "name": "甲", "more": 1}],
        [{"key": "a", "name": "甲"}, {"key": "a", "name": "乙"}],
        [{"key": f"k{number}", "name": "甲"} for number in range(13)],
        ["a"],
        "abc",
        {"key": "a"},
    ],
)
def test_what_cannot_be_stored(pieces):
    assert list(shape_problems("户口簿", pieces))
    assert list(storing_problems(content(a_part(pieces=pieces))))


def test_the_checks_find_what_does_not_fit():
    kind, other = a_certificate_type(), a_certificate_type("other", "别的证")
    pieces = [{"key": "a", "name": "甲", "types": [str(other.pk)]}]
    part = a_part(pieces=pieces, combination="all", satisfied_by=frozenset([kind.pk]))
    subject = Subject(content=content(part), item_type="01", around=Around(), has_department=True)
    codes = {one.code for one in check(subject)}
    assert {"reference.pieces_few", "reference.piece_type", "reference.piece_spare"} <= codes


def test_a_file_of_the_form_is_never_one_of_several_pieces():
    steps = [
        {"key": "s", "title": "页", "fields": [{"key": "f", "label": "户口簿", "type": "file", "material": "register"}]}
    ]
    whole = VersionContent(name="事项", materials=(a_part(combination="all"),), steps=steps)
    subject = Subject(content=whole, item_type="01", around=Around(), has_department=True)
    assert "reference.file_material" in {one.code for one in check(subject)}


def test_written_out_and_read_back_it_is_the_same():
    kind = a_certificate_type()
    pieces = [{"key": "a", "name": "甲", "types": [str(kind.pk)]}, {"key": "b", "name": "乙", "types": [], "kind": "b"}]
    whole = content(a_part(pieces=pieces, combination="all", satisfied_by=frozenset([kind.pk])))
    names = Names(types={kind.key: kind.pk})
    told = written(whole, names)
    assert told["materials"][0]["pieces"][0]["types"] == [kind.key], "keys travel, ids do not"
    assert read(told, names) == whole
    for broken in ("x", [1], [{"key": "a"}], [{"key": "a", "name": "甲", "types": "x"}]):
        told["materials"][0]["pieces"] = broken
        with pytest.raises(RestInvalid):
            read(told, names)


def test_stored_it_reads_as_it_was_described_and_everybody_is_told(client: Client):
    kind = a_certificate_type()
    item = an_item("低保", is_applicable_online=False)
    row = item.current.materials.create(
        key="register", name="户口簿", combination="all",
        pieces=[{**PAGES[0], "types": [str(kind.pk)]}, PAGES[1]],
    )  # fmt: skip
    row.satisfied_by.add(kind)
    part = describe(item.current).materials[0]
    assert (part.combination, part.pieces) == ("all", row.pieces)
    assert "以下全部：首页、本人页" in client.get(f"/items/{item.pk}/").content.decode()
    shown = APIClient().get(f"/api/v1/items/{item.code}").json()
    material = next(one for one in shown["materials"] if one["key"] == "register")
    assert material["combination"] == "all"
    assert material["pieces"][0] == {"key": "front", "name": "首页", "kind": "front", "satisfied_by": [kind.name]}


def test_bundles_merge_piece_by_piece():
    item = an_item("低保")
    both = item.current.materials.create(key="register", name="户口簿", combination="all", pieces=PAGES)
    one = item.current.materials.create(key="front", name="户口簿首页", kind="front", order=1)
    asked = [asked_material("low", both, piece) for piece in parts_of(both)] + [asked_material("rent", one, None)]
    merged = merge_materials(asked)
    assert sorted(len(group.asked) for group in merged) == [1, 2]
    shared = next(group for group in merged if len(group.asked) == 2)
    assert shared.members == ("low", "rent")
