"""Uploaded content opened, rid of what could act and written anew. No Django here: it runs in a process of its own."""
