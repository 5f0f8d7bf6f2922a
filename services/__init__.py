"""What is offered: the catalogue of service items."""
