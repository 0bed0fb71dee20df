"""Family 4: what is unpickled."""
