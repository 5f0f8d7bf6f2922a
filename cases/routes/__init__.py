"""The way of a case through its review route: stages in order, who has them, what is sent back and passed on."""
