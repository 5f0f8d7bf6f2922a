"""The tree of regions as forms pick from it."""
