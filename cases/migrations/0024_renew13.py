"""Renewals carry the last day of the old term, and say when it ended undecided; indexes built beside running work."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('cases', '0023_window13'),
        ('services', '0021_renew13'),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='is_deemed_renewed',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='case',
            name='renewal_ends_on',
            field=models.DateField(null=True),
        ),
        migrations.AlterField(
            model_name='notice',
            name='kind',
            field=models.CharField(choices=[('receipt', '收件回执'), ('acceptance', '受理通知书'), ('correction', '申请材料补正告知书'), ('not_accepted', '不予受理决定书'), ('not_required', '不受理告知书'), ('approval', '准予决定书'), ('refusal', '不予决定书'), ('special', '特别程序审查期限告知书'), ('extension', '延长办理期限通知书'), ('termination', '终止办理通知书'), ('fee', '缴费通知书'), ('breach_hearing', '拟认定承诺不实告知书'), ('breach', '承诺不实认定书'), ('deemed_renewal', '视为准予延续通知书'), ('hearing_right', '听证权利告知书'), ('hearing', '听证通知书')], max_length=14),
        ),
        AddIndexConcurrently(
            model_name='case',
            index=models.Index(condition=models.Q(('renewal_ends_on__isnull', False), ('state__in', ['accepted', 'in_review', 'suspended'])), fields=['renewal_ends_on'], name='case_renewal_ends'),
        ),
        AddIndexConcurrently(
            model_name='case',
            index=models.Index(condition=models.Q(('is_deemed_renewed', True)), fields=['department', '-id'], name='case_deemed_renewed'),
        ),
    ]
