"""How the catalogue changes: one person writes, a second one reviews, and it takes effect on its day."""
