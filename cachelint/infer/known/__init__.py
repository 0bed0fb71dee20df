"""What the standard library, Django and well-known packages return: tables and small functions, by topic."""
