"""Configuration: the files that it is read from, and the options that it comes to."""
