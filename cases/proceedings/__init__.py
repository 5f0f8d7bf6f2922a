"""听证 and 专家评审: what is heard and judged outside the office before a case is decided, on the record."""
