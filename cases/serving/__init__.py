"""送达: how a notice came to its addressee, proved whichever way it went."""
