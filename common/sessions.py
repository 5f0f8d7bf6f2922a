"""Sessions in the database, read on every request: by a statement that is written once."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from common.written import Given, written


class SessionStore(DatabaseStore):
    """Django's own, but for how a session is found."""

    def _get_session_from_db(self) -> Session | None:
        found = _session.one(self.session_key, timezone.now())
        if found is None:
            self._session_key = None  # as Django does: a new key is made for whoever brings one nobody gave them
        return found


@written
def _session(key: Given, now: Given) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now).order_by()
