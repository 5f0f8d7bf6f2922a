"""Pages on their way to becoming one document: put down, turned, ordered, thrown out, then handed in as one PDF."""
