"""A file an output format."""
