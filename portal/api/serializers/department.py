"""A case as the system of its department sees it: how far it is, and no word about whose it is."""

from rest_framework import serializers


class DepartmentCaseOut(serializers.Serializer):
    """State and dates."""

    number = serializers.CharField()
    item_name = serializers.CharField(source="item_version.name")
    state = serializers.CharField()
    state_label = serializers.CharField(source="get_state_display")
    outcome = serializers.CharField()
    received_on = serializers.DateField(allow_null=True)
    accepted_on = serializers.DateField(allow_null=True)
    promise_due_on = serializers.DateField(allow_null=True)
    statutory_due_on = serializers.DateField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
