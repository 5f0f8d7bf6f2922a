"""Pages of the public surface, one module for each journey."""
