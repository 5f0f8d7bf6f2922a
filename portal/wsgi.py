"""WSGI entry point (granian, or any WSGI server)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")

application = get_wsgi_application()

from services.searching.spelling import load_dictionaries  # noqa: E402  the applications are ready only now

load_dictionaries()
