"""What a package holds of other departments' opinions, hearings and expert reviews."""

from typing import Any

from cases.models import Case, ExpertReview, Hearing, OpinionRequest


def heard(case: Case) -> dict[str, list[dict[str, Any]]]:
    """The questions with their answers, the hearings with their records, the reviews with every opinion."""
    requests = OpinionRequest.objects.filter(case=case).prefetch_related("asked__department", "asked__files", "papers")
    hearings = Hearing.objects.filter(case=case).prefetch_related("participants")
    reviews = ExpertReview.objects.filter(case=case).prefetch_related("experts")
    return {
        "opinions": [_request(row) for row in requests.order_by("id")],
        "hearings": [_hearing(row) for row in hearings.order_by("id")],
        "expert_reviews": [_review(row) for row in reviews.order_by("id")],
    }


def _request(row: OpinionRequest) -> dict[str, Any]:
    return {
        "at": row.created_at,
        "by": row.author,
        "question": row.question,
        "fields": row.fields,
        "papers": [paper.name for paper in row.papers.select_related("requirement")],
        "asked": [
            {
                "department": one.department.name,
                "state": one.state,
                "stance": one.stance,
                "text": one.text,
                "by": one.author,
                "at": one.settled_at,
                "reason": one.reason,
                "files": [{"name": file.name, "sha256": file.sha256} for file in one.files.all()],
            }
            for one in row.asked.all()
        ],
    }


def _hearing(row: Hearing) -> dict[str, Any]:
    return {
        "state": row.state,
        "reason": row.reason,
        "origin": row.origin,
        "asked_on": row.asked_on,
        "asked_text": row.asked_text,
        "starts_at": row.starts_at,
        "place": row.place,
        "chair": row.chair,
        "public": row.is_public,
        "closed_reason": row.closed_reason,
        "record": row.record,
        "result": row.result,
        "participants": [
            {"role": one.role, "name": one.name, "way": one.way, "note": one.note, "at": one.confirmed_at}
            for one in row.participants.all()
        ],
    }


def _review(row: ExpertReview) -> dict[str, Any]:
    return {
        "at": row.created_at,
        "by": row.organiser,
        "question": row.question,
        "summary": row.summary,
        "ended_at": row.ended_at,
        "experts": [
            {
                "name": one.name,
                "organisation": one.organisation,
                "conflict": one.conflict,
                "conflict_note": one.conflict_note,
                "stance": one.stance,
                "opinion": one.opinion,
            }
            for one in row.experts.all()
        ],
    }
