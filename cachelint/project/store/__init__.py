"""What is known of a project between two runs: where it is kept, and what it was derived from."""
