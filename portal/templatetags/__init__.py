"""Tags of the surfaces."""
