"""A type's own layout: a small language of what may stand on a certificate's face, and how it is printed."""
