"""CL401 and CL402: neither end pickles by hand."""
