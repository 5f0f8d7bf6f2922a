"""An item has one version in force and one that is being written, also where an earlier step lost these two indexes.

Taking the index off the reference to the item took every index on that column alone with it. Built beside running work.
"""

from django.db import migrations

_PUBLISHED = """
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS one_published_version ON services_itemversion (item_id)
    WHERE state = 'published'
"""
_OPEN = """
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS one_open_version ON services_itemversion (item_id)
    WHERE state IN ('draft', 'in_review', 'returned', 'approved')
"""


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('services', '0017_pay8'),
    ]

    operations = [
        migrations.RunSQL(_PUBLISHED, migrations.RunSQL.noop),
        migrations.RunSQL(_OPEN, migrations.RunSQL.noop),
    ]
