"""Benchmarks that print figures: ``make bench NAME=x [QUICK=1]``. A module has ``run(quick)``."""
