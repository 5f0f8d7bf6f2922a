"""Masked data never shows more than the rule allows."""

import pytest

from common import masking


@pytest.mark.parametrize(
    ("name", "shown"),
    [("张三", "张*"), ("王小明", "王**"), ("阿卜杜·热合曼", "阿**"), (" 李 ", "*"), ("", "")],
)
def test_a_name_keeps_its_first_character_only(name, shown):
    assert masking.mask_name(name) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("110101199003071234", "1101**********1234"),
        ("11010119900307123X", "1101**********123X"),
        ("E12345678", "E*******8"),
        ("12", "**"),
        ("", ""),
    ],
)
def test_an_id_number_keeps_its_ends_only(number, shown):
    assert masking.mask_id(number) == shown


@pytest.mark.parametrize(
    ("phone", "shown"), [("13800000000", "138****0000"), ("5551234", "*****34"), ("1", "*"), ("", "")]
)
def test_a_phone_number_keeps_its_ends_only(phone, shown):
    assert masking.mask_phone(phone) == shown
