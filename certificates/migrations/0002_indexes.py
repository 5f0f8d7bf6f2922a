"""Verification looks a certificate up by its number; the sweeper looks for missing files. Built beside running work."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('certificates', '0001_initial'),
        ('identity', '0001_initial'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='certificate',
            index=models.Index(fields=['number'], name='certificate_number'),
        ),
        AddIndexConcurrently(
            model_name='certificate',
            index=models.Index(condition=models.Q(('file_state', 'pending')), fields=['created_at'], name='certificate_without_file'),
        ),
    ]
