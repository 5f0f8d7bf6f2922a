"""Certificate types as they are written, checked, reviewed by a second person and put in force."""
