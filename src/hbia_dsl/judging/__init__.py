"""Judge wired flows by a type checker: the text, the judges, and what their remarks mean."""
