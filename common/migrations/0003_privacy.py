"""Where a rotation of keys stands, and the one change that append-only history allows: encryption with another key."""

from django.db import migrations, models

FORWARD = """
-- Refuses every UPDATE but that of the columns named in the trigger, in a transaction of manage.py rotate_keys.
CREATE FUNCTION onestop_allow_only_rotation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('onestop.key_rotation', true) IS DISTINCT FROM 'on'
        OR to_jsonb(NEW) - TG_ARGV IS DISTINCT FROM to_jsonb(OLD) - TG_ARGV THEN
        RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('common', '0002_audit_append_only'),
    ]

    operations = [
        migrations.RunSQL(FORWARD, "DROP FUNCTION onestop_allow_only_rotation();"),
        migrations.CreateModel(
            name='RotationPosition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('part', models.CharField(max_length=200, unique=True)),
                ('key_id', models.CharField(max_length=255)),
                ('position', models.TextField()),
                ('done', models.BigIntegerField(default=0)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
        ),
    ]
