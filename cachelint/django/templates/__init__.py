"""Django's templates: read with a lexer of our own over the documented syntax, never run."""
