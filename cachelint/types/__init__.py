"""What a value can be, how types join, what JSON and pickle do to each."""
