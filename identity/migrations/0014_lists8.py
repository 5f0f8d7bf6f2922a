"""Organisations are found by pieces of their names. Built beside running work."""

import common.letters
import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('identity', '0013_notify8'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='organisation',
            index=django.contrib.postgres.indexes.GinIndex(common.letters.Letters('name'), name='organisation_letters'),
        ),
    ]
