"""An index on the names of regions: written addresses are split by them, and a city may have many thousand."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("identity", "0011_guides")]

    operations = [
        AddIndexConcurrently(model_name="region", index=models.Index(fields=["name"], name="region_name")),
    ]
