"""Who: natural persons, organisations, accounts, departments, posts, permissions."""
