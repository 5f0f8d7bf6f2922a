"""The editor of a draft: forms built from the elements of a version, and what happens when two save at once."""
