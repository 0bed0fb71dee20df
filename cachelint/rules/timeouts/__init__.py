"""Family 2: for how long."""
