"""Pictures drawn on the server from an item's own data, one ``<svg>`` each: no script, no inline style."""
