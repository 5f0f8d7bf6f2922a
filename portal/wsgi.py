"""WSGI entry point (granian, or any WSGI server)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")

application = get_wsgi_application()


def _load() -> None:
    """Load all pages and the dictionaries of search now: else each worker's first visitor waits for them."""
    from django.urls import get_resolver

    from services.searching.spelling import load_dictionaries

    load_dictionaries()
    assert get_resolver().url_patterns


_load()
