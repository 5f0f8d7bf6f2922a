"""Starting everything on one machine: embedded database, secrets, supervisor, system parts."""
