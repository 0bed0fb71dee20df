"""What is known of libraries, as data: the one place to look for what a function of another package gives."""
