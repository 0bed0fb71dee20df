"""Family 5: what two processes do to one entry at the same time."""
