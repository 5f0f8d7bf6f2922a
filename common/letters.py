"""Finding pieces of names in PostgreSQL, which knows no Chinese words: a text becomes a search vector of single
characters with their positions, and a phrase of characters that follow each other is a piece of the text. An index
over :class:`Letters` answers it.
"""

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import Func


class Letters(Func):
    """The characters of a text, small letters, as a search vector."""

    template = "to_tsvector('simple'::regconfig, regexp_replace(lower(%(expressions)s), '([^[:space:]])', '\\1 ', 'g'))"
    arity = 1
    output_field = SearchVectorField()


def pieces(text: str) -> SearchQuery | None:
    """The search for every one of the words, parted by spaces; None where there is nothing but punctuation."""
    phrases = [" <-> ".join(f"'{one}'" for one in word if one.isalnum()) for word in text.lower().split()]
    wanted = " & ".join(f"({phrase})" for phrase in phrases if phrase)
    return SearchQuery(wanted, search_type="raw", config="simple") if wanted else None
