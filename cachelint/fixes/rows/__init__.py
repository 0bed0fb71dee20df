"""CL101 and CL102: plain rows in the cache instead of model instances and QuerySets."""
