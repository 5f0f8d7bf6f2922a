"""The register's public word on a certificate."""

from rest_framework import serializers


class VerifyQuery(serializers.Serializer):
    """What to look up: the QR code's value, the 证照标识 or the number."""

    code = serializers.CharField(max_length=200, help_text="二维码内容、证照标识或者证照编号")


class VerificationOut(serializers.Serializer):
    """No more than an onlooker needs; a person's name is masked."""

    valid = serializers.BooleanField(source="is_valid")
    state = serializers.CharField()
    state_label = serializers.CharField()
    type_name = serializers.CharField()
    number = serializers.CharField()
    identifier = serializers.CharField()
    holder_name = serializers.CharField()
    issuer_name = serializers.CharField()
    issued_on = serializers.DateField()
    valid_until = serializers.DateField(allow_null=True)
    checked_at = serializers.DateTimeField()
