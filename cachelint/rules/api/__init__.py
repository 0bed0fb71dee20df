"""Family 5: how the methods of a cache are called."""
