"""Which way an application came in, in the words that are signed and printed."""

from identity.actor import Actor


def channel_of(actor: Actor) -> dict[str, str]:
    """``{"channel": …}`` for what a clerk filled in at a window; nothing for who hands in by themselves."""
    return {"channel": actor.assisted_at} if actor.is_assisted else {}
