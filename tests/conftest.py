"""What every test needs: the embedded PostgreSQL while DATABASE_URL is not set."""

import os
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from common.launch import embedded


def pytest_configure(config: pytest.Config) -> None:
    """Run the server for the whole session; workers of xdist find it running, as their parent comes first."""
    if os.environ.get("DATABASE_URL") or hasattr(config, "workerinput"):
        return
    session = embedded.session(settings.VAR_DIR)
    url = session.__enter__()
    config.add_cleanup(lambda: session.__exit__(None, None, None))
    # The settings were read before the server started, and a taken port makes it move.
    settings.DATABASES["default"]["PORT"] = urlsplit(url).port
