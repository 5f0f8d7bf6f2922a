"""Whoever was handed a certificate's file asks which certificate it is. Built beside running work."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('certificates', '0002_indexes'),
        ('identity', '0004_more_permissions'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='certificate',
            index=models.Index(condition=models.Q(('file_sha256', ''), _negated=True), fields=['file_sha256'], name='certificate_file_hash'),
        ),
    ]
