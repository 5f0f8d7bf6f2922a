"""Tests: single sign-on for departments’ apps."""
