"""Bottom layer: errors, base model, crypto, calendar, audit, numbering, printing, UI components."""
