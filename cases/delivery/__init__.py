"""How a result reaches the applicant: electronically, or handed out at a hall against a pick-up code."""
