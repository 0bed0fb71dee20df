"""Family 6: settings of caches."""
