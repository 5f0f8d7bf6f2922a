"""Under what the identity service and its accounts are kept here: keyed digests, never their own names."""

from common import crypto

_SUBJECT = "identity.upstream_subject"


def provider_key(issuer: str) -> str:
    """The name under which a service's accounts are kept: another service's subjects never meet these."""
    return f"upstream:{crypto.blind_index(issuer, purpose=_SUBJECT).hex()[:16]}"


def subject_key(subject: str) -> str:
    """What is kept of a subject: keyed, since some services use the ID number itself."""
    return crypto.blind_index(subject, purpose=_SUBJECT).hex()
