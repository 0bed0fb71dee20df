"""Family 5: how entries are read, and how a miss is told."""
