"""Tests: cases.counter."""
