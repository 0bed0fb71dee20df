"""The facts that rules judge: the calls of caches, what they store, for how long, under which keys."""
