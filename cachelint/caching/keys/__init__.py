"""Keys: what their texts look like, and which calls of a cache use the same one."""
