"""What the applicant declared and signed, frozen, and compared with what is stored now."""
