"""The page components: one template tag per control, each owning its label, hint, error and their ids.

Every tag fails on a missing or unknown argument, so a mistake shows in the first test that renders the page.
No component reads the database. ``common.templatetags.ui`` gathers them; it is a template builtin.
"""
