"""Family 3: under which key."""
