"""The national exchange tables, in and out: a complete catalogue, row by row, by row_guid and version."""
