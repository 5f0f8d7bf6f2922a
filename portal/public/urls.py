"""Addresses of the public surface, grouped by prefix."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
