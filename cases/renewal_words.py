"""What a message says when the renewal of a licence counts as granted."""

from identity.messaging.kinds import Words

WORDS = Words(
    "许可视为准予延续",
    "“{item}”（{number}）：有效期届满前没有作出决定，依法视为准予延续，许可没有中断，您不用做什么。"
    "通知书在办件页面，新的证照在“我的证照”。",
    "办件{number}依法视为准予延续，许可没有中断。通知书请登录一站通查看。",
)
IN_ENGLISH = Words(
    "Your licence counts as renewed",
    "“{item}” ({number}): no decision was made before the term ended, so the law counts the renewal as granted. Your "
    "licence goes on without a gap; there is nothing you need to do. The notice is on the page of the case.",
    "By law the renewal in case {number} counts as granted. Sign in to read the notice.",
)
