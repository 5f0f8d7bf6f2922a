"""Management of the cases room."""
