"""Management of the identity room."""
