"""From domain objects to what the pages show, without a query: masks, lamps, evidence, route and history."""
