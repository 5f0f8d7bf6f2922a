"""自然人: identity documents, changes of name, document and phone, face-to-face checks, duplicates."""
