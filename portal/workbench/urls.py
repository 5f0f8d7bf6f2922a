"""Addresses of the workbench surface, grouped by prefix."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
