"""The worklists of staff: filters, pages, saved views, and work on many cases at once."""
