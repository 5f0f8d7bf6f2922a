"""联办: one application for the items of a bundle, which run as cases of their own and wait for each other."""
