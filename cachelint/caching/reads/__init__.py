"""What a function does with what it reads from a cache: the reads, their uses and tests, and what is written back."""
