"""归档: a closed case sealed as one file that proves itself, how long it is kept, and what may not be destroyed."""
