"""Runs the checks on bundles: gathers what the items say now, and keeps what was found with the bundle."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone

from common.jobs import for_each
from services.bundles.content import BundleContent, describe
from services.bundles.lint import ItemFacts, check
from services.bundles.queries import implementations, load_parts
from services.lint.findings import BUNDLE_RULES, Finding
from services.models import Bundle, BundleMember, BundleVersion, DirectoryEntry, ItemVersion


def facts_for(bundle: Bundle, content: BundleContent) -> dict[UUID, ItemFacts]:
    """What is known of each member's item today, by entry (five queries; load the region's parents)."""
    wanted = [member.entry_id for member in content.members]
    entries = DirectoryEntry.objects.in_bulk(wanted)
    items = implementations(wanted, bundle.region)
    load_parts(items.values())
    found: dict[UUID, ItemFacts] = {}
    for entry_id, entry in entries.items():
        item = items.get(entry_id)
        version: ItemVersion | None = item.current if item else None
        found[entry_id] = ItemFacts(
            name=entry.name,
            entry_state=entry.state,
            item_id=str(item.pk) if item else "",
            state=item.state if item else "",
            number=version.version if version else 0,
            is_online=bool(version and version.is_applicable_online),
            questions=tuple(version.situations.all()) if version else (),
            fields=tuple(entry for step in version.steps for entry in step["fields"]) if version else (),
            seen=(bundle.seen or {}).get(str(entry_id)),
        )
    return found


def seen_now(facts: Mapping[UUID, ItemFacts]) -> dict[str, Any]:
    """What to note as compared: which item and version each member's mapping was made for."""
    return {str(entry): {"item": one.item_id, "version": one.number} for entry, one in facts.items() if one.item_id}


def check_version(version: BundleVersion) -> list[Finding]:
    """Check one version, with its bundle and the region's parents loaded (six queries).

    A draft is compared with the items as they are; only what is in force can be behind them.
    """
    prefetch_related_objects([version], "members")
    content = describe(version)
    return check(content, facts_for(version.bundle, content), is_in_force=version.state == version.State.PUBLISHED)


def keep(bundle: Bundle, content: BundleContent, facts: Mapping[UUID, ItemFacts]) -> list[Finding]:
    """Check what a bundle says in force and store what was found."""
    noted = {entry: one.with_seen((bundle.seen or {}).get(str(entry))) for entry, one in facts.items()}
    findings = check(content, noted, is_in_force=True)
    bundle.findings = [finding.stored() for finding in findings]
    bundle.checked_at = timezone.now()
    bundle.save(update_fields=["findings", "checked_at", "updated_at"])
    return findings


def stored_findings(bundle: Bundle) -> list[Finding]:
    """What the last check found; codes of checks that no longer exist are left out."""
    known = [row for row in bundle.findings if row["code"] in BUNDLE_RULES]
    return [Finding(row["code"], row.get("where", ""), row.get("params", {})) for row in known]


def check_all(*, entry_id: UUID | None = None) -> int:
    """Check the bundles in force, or those that name an entry; returns how many were checked."""
    rows = Bundle.objects.filter(current__isnull=False)
    if entry_id is not None:
        rows = rows.filter(current__members__entry=entry_id)
    return for_each(list(rows.order_by("pk").values_list("pk", flat=True).distinct()), _check_one)


@transaction.atomic
def _check_one(bundle_id: UUID) -> bool:
    members = Prefetch("current__members", BundleMember.objects.order_by("order"))
    rows = Bundle.objects.select_for_update(of=("self",)).prefetch_related(members)
    bundle = rows.select_related("current", "region__parent__parent__parent__parent").get(pk=bundle_id)
    if bundle.current is None:
        return False
    content = describe(bundle.current)
    keep(bundle, content, facts_for(bundle, content))
    return True
