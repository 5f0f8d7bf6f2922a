"""Tests of the staff's surface."""
