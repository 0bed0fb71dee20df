"""Family 7: pages and fragments that are cached."""
