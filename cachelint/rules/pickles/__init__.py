"""Family 4: bytes that are unpickled by hand."""
