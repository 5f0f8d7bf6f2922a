"""Codes of published lists are brought to standard form, or left out with the reason; never guessed."""

import pytest

from services.importing import repairs

ITEM = "511A0138000000-511602000000-000-115113010833722043-1-00"


def codes_of(repaired) -> list[str]:
    return [finding.reason.code for finding in repaired.findings]


def test_an_organisation_code_becomes_the_uscc_that_the_list_shows_elsewhere():
    usccs = repairs.usccs_by_org_code([("083372204", ITEM), ("08337220-4", "nothing")])
    assert usccs == {"083372204": "115113010833722043"}
    repaired = repairs.department_code("08337220-4", usccs=usccs)
    assert (repaired.value, codes_of(repaired)) == ("115113010833722043", ["department_code_org_code"])


def test_two_usccs_for_one_organisation_code_are_no_answer():
    other = "12" + "511301" + "083372204"
    other += repairs.uscc_check(other)
    assert repairs.usccs_by_org_code([("083372204", ITEM), ("083372204", f"x-{other}-y")]) == {}


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [
        ("11511301008778183N", "11511301008778183N", []),
        ("11511301452259996u", "11511301452259996U", ["department_code_normalised"]),
        (" 11511301008778183N", "11511301008778183N", ["department_code_normalised"]),
        ("11511301008778183N_5143", "11511301008778183N", ["department_code_suffix"]),
        ("1151130108778239R_5143", "", ["department_code_suffix", "department_code_length"]),
        ("1151130000877869M", "", ["department_code_length"]),
        ("11511301008778183M", "", ["department_code_check_digit"]),
        ("083372204", "", ["department_code_org_code_only"]),
        ("083372205", "", ["department_code_check_digit"]),
        ("130501003", "", ["department_code_check_digit"]),
        ("4148481895459659776", "", ["department_code_internal_id"]),
        ("11736", "", ["department_code_internal_id"]),
        ("", "", ["department_code_missing"]),
        ("区政府", "", ["department_code_length"]),
    ],
)
def test_a_department_code_is_repaired_or_left_out(text, value, found):
    repaired = repairs.department_code(text, usccs={})
    assert (repaired.value, codes_of(repaired)) == (value, found)


@pytest.mark.parametrize(
    ("code", "name", "value", "found"),
    [
        ("01", "", "01", []),
        ("1", "", "01", ["item_type_padded"]),
        ("20", "", "20", []),
        ("", "行政确认", "07", ["item_type_from_name"]),
        ("99", "行政确认", "07", ["item_type_from_name"]),
        ("99", "别的", "", ["item_type_unknown"]),
    ],
)
def test_an_item_type_is_padded_or_found_by_its_name(code, name, value, found):
    repaired = repairs.item_type(code, name)
    assert (repaired.value, codes_of(repaired)) == (value, found)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("511602000000", "511602"),
        ("511602", "511602"),
        ("519902001", "519902001"),
        ("519902001000", "519902001"),
        ("519902001201", "519902001201"),
        ("510000000000", "510000"),
    ],
)
def test_a_region_code_is_shortened_to_its_level(text, code):
    assert repairs.region_code(text) == code


@pytest.mark.parametrize("text", ["", "5116", "abcdef", "511602-1", "0" * 6, "5116020"])
def test_a_wrong_region_code_is_refused(text):
    with pytest.raises(ValueError, match=r".*"):
        repairs.region_code(text)
