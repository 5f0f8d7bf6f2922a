"""The demonstration city: catalogue, people, organisations and staff, all fictional."""
