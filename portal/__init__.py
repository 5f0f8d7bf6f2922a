"""Settings, URLs and the surfaces."""
