"""CL301, and every fix that changes what is stored: the next version of a key."""
