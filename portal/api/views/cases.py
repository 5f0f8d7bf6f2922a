"""A citizen's own cases."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases import queries
from cases.actions import drafts
from portal.api.access import CitizenOnly, actor_of
from portal.api.paging import checked, page_of
from portal.api.serializers.cases import AnswersIn, CaseDetailOut, CasePage, CaseQuery

_PRIVATE = {"Cache-Control": "private, no-store"}


class CaseList(APIView):
    """Cases of the party the caller acts for."""

    permission_classes = (CitizenOnly,)

    @extend_schema(operation_id="cases_list", parameters=[CaseQuery], responses=CasePage, summary="我的办件")
    def get(self, request: Request) -> Response:
        """Return a page of cases and drafts, newest first."""
        asked = checked(CaseQuery, request)
        limit, offset = asked["limit"], asked["offset"]
        rows = list(queries.own_cases(actor_of(request), state=asked.get("state", ""))[offset : offset + limit + 1])
        page = page_of(rows[:limit], request=request, limit=limit, offset=offset, has_more=len(rows) > limit)
        return Response(CasePage(page).data, headers=_PRIVATE)


class CaseDetail(APIView):
    """One case."""

    permission_classes = (CitizenOnly,)

    @extend_schema(operation_id="cases_read", responses=CaseDetailOut, summary="一个办件")
    def get(self, request: Request, case_id: UUID) -> Response:
        """Return the case with materials, history, notices and clocks; 404 when it is somebody else's."""
        actor = actor_of(request)
        case = queries.get_case(actor, case_id)
        return Response(CaseDetailOut(case, context={"actor": actor}).data, headers=_PRIVATE)


class CaseAnswers(APIView):
    """The answers of one page of a draft."""

    permission_classes = (CitizenOnly,)

    @extend_schema(
        operation_id="cases_answers_write", request=AnswersIn, responses=CaseDetailOut, summary="保存草稿的一页"
    )
    def put(self, request: Request, case_id: UUID) -> Response:
        """Store a page whole, or answer 422 ``case.answers_refused`` with ``fields`` and ``codes`` by path.

        A page that somebody else changed meanwhile is refused with 409 ``case.stale_form``.
        """
        actor = actor_of(request)
        queries.get_case(actor, case_id)
        given = AnswersIn(data=request.data)
        given.is_valid(raise_exception=True)
        asked = given.validated_data
        drafts.replace_page(
            actor,
            case_id=case_id,
            step_key=asked["step"],
            raw=asked["answers"],
            expected_version=asked["version"],
        )
        case = queries.get_case(actor, case_id)
        return Response(CaseDetailOut(case, context={"actor": actor}).data, headers=_PRIVATE)
