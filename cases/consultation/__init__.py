"""咨询: what an applicant asks about a case, and what the department answers."""
