"""What is told before somebody promises (告知承诺) or defers (容缺): once, in writing, whole (国办发〔2020〕42号).

The words are frozen with each undertaking, in Chinese: they are a legal text.
"""

from common.formatting import sentence
from services.models import MaterialRequirement

PROMISE_CHECK_DAYS = 30  # working days after the decision where the item says nothing


def check_days(requirement: MaterialRequirement) -> int:
    """Within how many working days after the decision a promise is checked."""
    return requirement.promise_check_days or PROMISE_CHECK_DAYS


def promise_text(requirement: MaterialRequirement, name: str) -> list[str]:
    """The paragraphs of a 告知承诺书: what is to be proved and why, what is promised, the check, and the liability."""
    basis = f"（设定依据：{requirement.legal}）" if requirement.legal else ""
    return [
        (
            f"一、告知的事项：办理本事项需要证明“{name}”{basis}。"
            "您可以选择告知承诺代替，也可以选择提交证明材料；不选择承诺的，按一般程序办理。"
        ),
        f"二、承诺的内容：{sentence(requirement.promise_text)}承诺意思表示真实，承诺书一经签署即具有法律效力，并在办件中留存。",
        (
            f"三、核查：作出决定后 {check_days(requirement)} 个工作日内，"
            "行政机关通过数据共享、部门协查或者实地核查，核对承诺是否属实；请予配合。"
        ),
        (
            "四、不实承诺的责任：行政机关依法终止办理、责令限期整改、撤销行政决定或者予以行政处罚，并纳入信用记录；"
            "涉嫌犯罪的，依法移送司法机关。"
        ),
        (
            "五、不适用的情形：有较严重的不良信用记录，或者曾作出虚假承诺的，在信用修复前不适用告知承诺"
            "（《国务院办公厅关于全面推行证明事项和涉企经营许可事项告知承诺制的指导意见》国办发〔2020〕42号）。"
        ),
    ]


def defer_text(requirement: MaterialRequirement, name: str) -> list[str]:
    """The paragraphs of a 容缺补正承诺书: what is missing, until when, and what follows if it does not come."""
    basis = f"（依据：{requirement.legal}）" if requirement.legal else ""
    return [
        f"一、告知的事项：主要材料齐全，次要材料“{name}”{basis}暂缺，可以先予受理（国发〔2024〕3号“容缺事项承诺办”）。",
        f"二、承诺的内容：在受理之日起 {requirement.defer_days} 个工作日内补交“{name}”，补交的材料真实、符合要求。",
        "三、期限届满前会提醒您一次；补交以前不作出准予决定。",
        "四、逾期没有补交的，不能准予，行政机关可以依法作出不予决定；材料备齐后可以重新申请。",
    ]
