"""Comments that silence findings: read, applied, added."""
