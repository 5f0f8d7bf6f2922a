"""Cases of items of which only so many are granted: who is before whom, and how many places are free."""
