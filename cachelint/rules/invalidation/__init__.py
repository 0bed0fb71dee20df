"""Family 5: when entries are dropped, and whether they are."""
