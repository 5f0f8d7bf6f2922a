"""Management commands of the services room."""
