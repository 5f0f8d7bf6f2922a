"""How it runs: applications, the state table, the statutory clock, decisions."""
