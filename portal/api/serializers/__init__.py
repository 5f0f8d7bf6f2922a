"""What goes out and what comes in, apart from each other."""
