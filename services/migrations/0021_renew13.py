"""An item says how long before its end a licence's renewal is asked for, where a law says otherwise than thirty days."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('services', '0020_quota13'),
    ]

    operations = [
        migrations.AddField(
            model_name='itemversion',
            name='renew_before_days',
            field=models.PositiveSmallIntegerField(null=True),
        ),
    ]
