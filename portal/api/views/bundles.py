"""Bundles (一件事), for anybody."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.paging import checked, page_of
from portal.api.serializers.bundles import BundleDetailOut, BundlePage, BundleQuery, PlanIn, PlanOut, RegionQuery
from portal.api.views.items import PublicRead
from services.bundles import queries
from services.bundles.errors import BundleNotFound
from services.bundles.planning import Plan
from services.models import Bundle, BundleVersion
from services.rules import next_situation, normal_situation


class BundleList(PublicRead):
    """Bundles offered today."""

    @extend_schema(operation_id="bundles_list", parameters=[BundleQuery], responses=BundlePage, summary="一件事清单")
    def get(self, request: Request) -> Response:
        """Return a page of bundles by name; with ``q`` those whose name or everyday names agree, the closest first."""
        asked = dict(checked(BundleQuery, request))
        rows = queries.find(asked["q"]) if asked["q"].strip() else queries.offered()
        for name in ("side", "life_event"):
            if asked.get(name):
                rows = [one for one in rows if getattr(one.current, name) == asked[name]]
        limit, offset = asked["limit"], asked["offset"]
        page = rows[offset : offset + limit]
        has_more = len(rows) > offset + limit
        shown = page_of(page, request=request, limit=limit, offset=offset, has_more=has_more)
        return Response(BundlePage(shown).data)


class BundleDetail(PublicRead):
    """One bundle."""

    @extend_schema(
        operation_id="bundles_read", parameters=[RegionQuery], responses=BundleDetailOut, summary="一件事的问题和事项"
    )
    def get(self, request: Request, bundle_code: str) -> Response:
        """Return questions and members; 404 ``services.bundle_not_found``."""
        bundle, version = _found(bundle_code)
        region = queries.region_of(bundle, checked(RegionQuery, request).get("region", ""))
        content = queries.content_of(version)
        entries = queries.entries_named(member.entry_id for member in content.members)
        items = queries.open_items(content.members, region)
        members = [
            {
                "key": member.key,
                "catalog_code": entries[member.entry_id].catalog_code,
                "name": entries[member.entry_id].name,
                "item_code": items[member.key].code if member.key in items else None,
                "when": member.when,
                "after": member.after,
                "answers": member.answers,
                "note": member.note,
            }
            for member in content.members
        ]
        told = {
            "bundle": bundle,
            "legal_bases": content.legal_bases,
            "synonyms": content.synonyms,
            "questions": content.questions,
            "members": members,
        }
        return Response(BundleDetailOut(told).data)


class BundlePlan(PublicRead):
    """What answers come to. Nothing is stored."""

    @extend_schema(operation_id="bundles_plan", request=PlanIn, responses=PlanOut, summary="按回答算出要办的事项和节省")
    def post(self, request: Request, bundle_code: str) -> Response:
        """Return items, merged fields and materials, and the saving; while a question is open, that question.

        422 ``services.situation_invalid`` for an answer that is not offered; unknown keys are ignored.
        """
        form = PlanIn(data=request.data)
        form.is_valid(raise_exception=True)
        bundle, version = _found(bundle_code)
        region = queries.region_of(bundle, form.validated_data.get("region", ""))
        content = queries.content_of(version)
        answers = normal_situation(content.questions, form.validated_data["answers"])
        question = next_situation(content.questions, answers)
        plan = queries.plan(content, answers, region) if question is None else Plan(answers)
        told: dict[str, Any] = {
            "answers": plan.answers,
            "next_question": question,
            "items": plan.items,
            "missing": [member.key for member in plan.missing],
            "fields_once": plan.fields,
            "materials_once": plan.materials,
            "produced": plan.produced,
            "saving": plan.counts,
            "total_days": plan.total_days,
        }
        return Response(PlanOut(told).data)


def _found(code: str) -> tuple[Bundle, BundleVersion]:
    bundle = queries.get_offered(code)
    if bundle.current is None:
        raise BundleNotFound
    return bundle, bundle.current
