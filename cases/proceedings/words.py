"""The words in which an applicant is told of a hearing."""

from identity.messaging.kinds import Words

RIGHT, RIGHT_IN_ENGLISH = (
    Words(
        "您可以要求听证",
        "“{item}”（{number}）涉及重大利益，决定以前您可以要求听证，收到告知书起五个工作日内提出。告知书在办件页面。",
        "办件{number}决定以前您可以要求听证，五个工作日内提出。告知书请登录一站通查看。",
    ),
    Words(
        "You may ask for a hearing",
        "Before “{item}” ({number}) is decided you may ask for a hearing, within five working days of receiving the "
        "notice. It is on the page of the case.",
        "Before case {number} is decided you may ask for a hearing, within five working days. Sign in to read the "
        "notice.",
    ),
)
DATE, DATE_IN_ENGLISH = (
    Words(
        "听证定了时间和地点",
        "“{item}”（{number}）的听证定了时间和地点，请看通知书，准时参加。",
        "办件{number}的听证定了时间和地点，请登录一站通看通知书。",
    ),
    Words(
        "The hearing has a time and a place",
        "The hearing on “{item}” ({number}) has a time and a place. Please read the notice and attend.",
        "The hearing on case {number} has a time and a place. Sign in to read the notice.",
    ),
)
