"""The rules: a folder a family, a file a rule, and one registry."""
