"""Every element has its place: up_task_directory, 设定依据 and the 64 of GB/T 39046-2020 table 4."""

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from services import code_parts, codes
from services.models import DirectoryEntry, DirectoryVersion, Faq, FeeItem, ItemVersion, LegalBasis, ServiceItem
from services.models import MaterialRequirement as Material
from tests.factories.catalogue import a_department

_DIRECTORY = {
    "catalog_code": (DirectoryEntry, "catalog_code"),
    "local_catalog_code": (DirectoryEntry, "local_catalog_code"),
    "task_name": (DirectoryVersion, "name"),
    "task_type": (DirectoryEntry, "item_type"),
    "by_law": (DirectoryVersion, "legal_bases"),
    "use_level": (DirectoryVersion, "use_levels"),
    "task_state": (DirectoryVersion, "standing"),
    "task_version": (DirectoryVersion, "version"),
    "plan_effective_date": (DirectoryVersion, "effective_on"),
    "plan_cancel_date": (DirectoryVersion, "cancel_on"),
}
_BASIS = ("law", "number", "article", "gist", "issuer", "since", "kind")
# Names and codes of one element (4 and 5, 7 and 8 …) share a column: the code is kept, the name is the code set's.
_TABLE_4: dict[str, tuple[type[models.Model], str]] = {
    "1": (ItemVersion, "name"),
    "2": (DirectoryEntry, "catalog_code"),
    "3": (ServiceItem, "task_code"),
    "4-5": (ServiceItem, "item_type"),
    "6": (LegalBasis, "law"),
    "7-8": (ItemVersion, "use_level"),
    "9": (ItemVersion, "division"),
    "10": (ItemVersion, "power_content"),
    "11": (ServiceItem, "department_name"),
    "12": (ServiceItem, "department"),
    "13-14": (ItemVersion, "body_kind"),
    "15": (ItemVersion, "statutory_days"),
    "16": (ItemVersion, "statutory_unit"),
    "17": (ItemVersion, "statutory_note"),
    "18": (ItemVersion, "promise_days"),
    "19": (ItemVersion, "promise_unit"),
    "20": (ItemVersion, "promise_note"),
    "21": (ItemVersion, "conditions"),
    "22": (ItemVersion, "flow"),
    "23-24": (ItemVersion, "joint_bodies"),
    "25": (ItemVersion, "undertaker"),
    "26": (ItemVersion, "undertaker_code"),
    "27": (ItemVersion, "intermediary"),
    "28": (ItemVersion, "quantity_limit"),
    "29": (ItemVersion, "result_name"),
    "30": (ItemVersion, "result_sample"),
    "31": (FeeItem, "version"),  # 是否收费: whether there is any
    "32": (FeeItem, "basis"),
    "33": (ItemVersion, "handle_area"),
    "34-35": (ItemVersion, "audience"),
    "36-37": (ItemVersion, "themes_org"),
    "38": (ItemVersion, "themes_person"),
    "39-40": (ItemVersion, "handle_forms"),
    "41": (ItemVersion, "special_procedure"),
    "42-43": (ServiceItem, "region"),
    "44": (ItemVersion, "takes_appointments"),
    "45": (ItemVersion, "pays_online"),
    "46": (ItemVersion, "by_express"),
    "47": (ItemVersion, "is_applicable_online"),
    "48": (ItemVersion, "online_address"),
    "49": (ItemVersion, "system_level"),
    "50": (ItemVersion, "hall_place"),
    "51": (ItemVersion, "hall_hours"),
    "52-53": (ItemVersion, "consult_phone"),
    "54": (ItemVersion, "complaint_phone"),
    "55": (Faq, "question"),
    "56": (Material, "name"),
    "57": (Material, "issuer"),
    "58": (Material, "issuer_time"),
    "59": (Material, "issuer_note"),
    "60": (Material, "issuer_place"),
    "61": (Material, "use_note"),
    "62": (Material, "originals"),
    "63": (Material, "copies"),
    "64": (Material, "need"),
}


@pytest.mark.parametrize(("model", "column"), [*_DIRECTORY.values(), *_TABLE_4.values()])
def test_every_element_has_a_column(model, column):
    try:
        model._meta.get_field(column)
    except FieldDoesNotExist:
        pytest.fail(f"{model.__name__} has no {column}")


def test_no_number_of_the_table_is_left_out():
    numbers = [part.split("-") for part in _TABLE_4]
    covered = [one for part in numbers for one in range(int(part[0]), int(part[-1]) + 1)]
    assert covered == list(range(1, 65))


@pytest.mark.parametrize("name", _BASIS)
def test_every_part_of_a_legal_basis_has_a_column(name):
    assert LegalBasis._meta.get_field(name)


def test_both_sets_of_service_objects_are_mapped_whole_and_5_and_6_are_not_mixed_up():
    for code in codes.Audience.values:
        assert codes.audience_to_gb39046([code])
    assert codes.audience_to_gb39046(["6"]) == ["5"]  # 行政机关
    assert codes.audience_to_gb39046(["5", "9"]) == ["6"]  # 非法人企业 counts among 其他组织
    assert codes.audience_from_gb39046(["5", "6"]) == ["6", "9"]


def test_a_code_is_taken_apart_and_what_cannot_be_is_named():
    parts = code_parts.catalog_parts("510141001000")
    assert [one.text for one in parts] == ["51", "01", "41001", "000"]
    assert all(one.is_good for one in parts)
    wrong = code_parts.catalog_parts("99404IO010Z0")
    assert [one.is_good for one in wrong] == [False, False, False, False]
    assert not code_parts.catalog_parts("5101")[0].is_good
    assert code_parts.short_catalog("510141001000") == "0141001000"


@pytest.mark.django_db
def test_the_check_character_inside_a_long_code_is_told():
    good = codes.task_code(uscc=a_department().uscc, level="3", catalog="510141001000")
    assert all(one.is_good for one in code_parts.task_parts(good))
    other = "1" if good[17] != "1" else "2"
    assert [one.is_good for one in code_parts.task_parts(good[:17] + other + "8" + good[19:])] == [False, False, True]
    assert not code_parts.task_parts("O" * 31)[0].is_good
    assert code_parts.handle_parts(good + "07")[-1].is_good
    assert not code_parts.handle_parts(good + "00")[-1].is_good
    assert not code_parts.handle_parts(good)[0].is_good
