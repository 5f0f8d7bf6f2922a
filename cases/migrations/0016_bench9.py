"""Indexes of the open cases over all departments, and of open branches; built beside running work."""

import datetime
import django.db.models.functions.comparison
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('cases', '0015_app8'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='branch',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['case'], name='branch_open_of_case'),
        ),
        AddIndexConcurrently(
            model_name='branch',
            index=models.Index(condition=models.Q(('escalated_to__isnull', False), ('state', 'open')), fields=['escalated_to', 'case'], name='branch_brought_up'),
        ),
        AddIndexConcurrently(
            model_name='case',
            index=models.Index(django.db.models.functions.comparison.Coalesce(models.F('promise_due_on'), models.Value(datetime.date(1, 1, 1), output_field=models.DateField())), django.db.models.functions.comparison.Coalesce(models.F('received_on'), models.Value(datetime.date(1, 1, 1), output_field=models.DateField())), models.F('id'), condition=models.Q(('state__in', ['accepted', 'correcting', 'decided', 'in_review', 'submitted', 'suspended'])), name='case_open_urgent'),
        ),
        AddIndexConcurrently(
            model_name='case',
            index=models.Index(django.db.models.functions.comparison.Coalesce(models.F('statutory_due_on'), models.Value(datetime.date(1, 1, 1), output_field=models.DateField())), django.db.models.functions.comparison.Coalesce(models.F('received_on'), models.Value(datetime.date(1, 1, 1), output_field=models.DateField())), models.F('id'), condition=models.Q(('state__in', ['accepted', 'correcting', 'decided', 'in_review', 'submitted', 'suspended'])), name='case_open_statute'),
        ),
    ]
