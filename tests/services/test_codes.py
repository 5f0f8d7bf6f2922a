"""Codes of 12, 31 and 33 characters, and the two sets of service objects."""

import pytest

from services import codes

TASK = "12441500196720244T3442199806003"  # the verified sample of the standard


def test_the_sample_of_the_standard_is_a_task_code_and_takes_a_sequence():
    assert codes.is_task_code(TASK)
    assert codes.handle_code(task=TASK, number=1) == f"{TASK}01"
    assert codes.is_handle_code(f"{TASK}99")


@pytest.mark.parametrize(
    "code", [TASK, f"{TASK}00", f"{TASK}1", f"{TASK}0A", f"{TASK}001", "1" * 33, f"{TASK[:17]}A{TASK[18:]}01"]
)
def test_what_is_no_handling_code(code):
    assert not codes.is_handle_code(code)


@pytest.mark.parametrize("number", [0, 100, -1])
def test_handling_codes_run_from_01_to_99(number):
    with pytest.raises(ValueError, match="handling"):
        codes.handle_code(task=TASK, number=number)


def test_a_handling_number_is_never_used_again():
    assert codes.next_handle_number([]) == 1
    assert codes.next_handle_number([f"{TASK}01", f"{TASK}07"]) == 8
    with pytest.raises(ValueError, match="99"):
        codes.next_handle_number([f"{TASK}99"])


def test_sequences_run_on_with_letters_but_never_i_o_z_s_v():
    numbers = {f"31{number:03d}" for number in range(1, 1000)}
    assert codes.next_main(guiding="31", taken=set()) == "31001"
    assert codes.next_main(guiding="31", taken={"31001", "32002"}) == "31002"
    assert codes.next_main(guiding="31", taken=numbers) == "3100A"
    assert codes.next_sub({"001"}) == "002"
    letters = set(numbers)
    for _count in range(30):
        letters.add(codes.next_main(guiding="31", taken=letters))
    assert not {code for code in letters if set(code) & set("IOZSV")}


def test_a_main_item_with_parts_carries_its_mark():
    assert codes.has_subs("51013100100Y")
    assert not codes.has_subs("510131001000")


@pytest.mark.parametrize(
    ("national", "gb39046"),
    [
        (["1"], ["1"]),
        (["5"], ["6"]),
        (["6"], ["5"]),
        (["9"], ["6"]),
        (["2", "5", "6"], ["2", "5", "6"]),
        (["5", "9"], ["6"]),
    ],
)
def test_service_objects_are_mapped_to_the_other_set(national, gb39046):
    assert codes.audience_to_gb39046(national) == gb39046


def test_service_objects_of_the_other_set_are_mapped_back():
    assert codes.audience_from_gb39046(["1", "5", "6"]) == ["1", "6", "9"]
    with pytest.raises(KeyError):
        codes.audience_from_gb39046(["7"])
    assert codes.forms_from_gb39046(codes.forms_to_gb39046(["1", "2", "3"])) == ["1", "2", "3"]
    assert codes.forms_from_gb39046(["9"]) == []
