"""Family 1: what is stored."""
