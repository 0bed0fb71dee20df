"""What a value can be, how kinds join, what JSON and pickle do to each."""
