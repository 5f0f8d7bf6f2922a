"""Is what everything stands on there?"""

from django.db import Error, connection


def is_database_reachable() -> bool:
    """Ask the database for a one; False when it does not answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except Error:
        return False
