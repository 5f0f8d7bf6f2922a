"""What the stories of the demonstration's cases do beside the usual way: experts, other departments, a hearing."""

from collections.abc import Callable

from cases.actions.clocks import end_special
from cases.models import Branch, Case, Expert, OpinionAsked
from cases.opinions.answering import Answer, answer
from cases.opinions.asking import Question, ask_opinion
from cases.proceedings.expert_actions import Judgement, start_expert_review, write_judgement
from cases.proceedings.hearing_actions import tell_hearing_right
from cases.proceedings.lines import read_experts
from identity.actor import Actor
from identity.models import Post
from portal.demo import staff
from portal.demo.reading import Row


def _officer(case: Case) -> tuple[Actor, Branch]:
    """Who has the open stage of a case."""
    branch = case.branches.select_related("stage").get(state=Branch.State.OPEN)
    holders = list(staff.holders(branch.post_id))
    return next((one for one in holders if one.account_id == branch.assignee_id), holders[0]), branch


def _start_experts(actor: Actor, case: Case, step: Row) -> None:
    officer, _branch = _officer(case)
    experts = read_experts("\n".join(step["experts"]))
    start_expert_review(officer, case_id=case.pk, question=step["question"], experts=experts, days_needed=step["days"])


def _judge(actor: Actor, case: Case, step: Row) -> None:
    officer, _branch = _officer(case)
    experts = Expert.objects.filter(review__case=case).order_by("order")
    for expert, said in zip(experts, step["opinions"], strict=True):
        write_judgement(officer, case_id=case.pk, expert_id=expert.pk, given=Judgement(**said))


def _end_special(actor: Actor, case: Case, step: Row) -> None:
    officer, _branch = _officer(case)
    end_special(officer, case_id=case.pk, result=step["result"])


def _ask_opinion(actor: Actor, case: Case, step: Row) -> None:
    officer, branch = _officer(case)
    posts = [Post.objects.get(department__short_name=short, name=name) for short, name in step["posts"]]
    question = Question(
        text=step["question"], post_ids=[post.pk for post in posts], days=step["days"], fields=step["fields"]
    )
    ask_opinion(officer, case_id=case.pk, branch_id=branch.pk, question=question)


def _answer_opinion(actor: Actor, case: Case, step: Row) -> None:
    asked = OpinionAsked.objects.get(request__case=case, department__short_name=step["department"])
    officer = next(staff.holders(asked.post_id))
    answer(officer, asked_id=asked.pk, given=Answer(step["stance"], step["text"]))


def _tell_hearing(actor: Actor, case: Case, step: Row) -> None:
    officer, _branch = _officer(case)
    tell_hearing_right(officer, case_id=case.pk, reason=step["reason"], parties=step["parties"])


STEPS: dict[str, Callable[[Actor, Case, Row], None]] = {
    "start_experts": _start_experts,
    "judge": _judge,
    "end_special": _end_special,
    "ask_opinion": _ask_opinion,
    "answer_opinion": _answer_opinion,
    "tell_hearing": _tell_hearing,
}
