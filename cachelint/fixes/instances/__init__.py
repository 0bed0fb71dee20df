"""CL101 and CL102: the cache stores rows, and each read gives the instances again."""
