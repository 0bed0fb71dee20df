"""What the standard library, Django and well-known packages return, by topic."""
