"""Addresses of the api surface, grouped by prefix."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
