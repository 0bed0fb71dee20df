"""cachelint inside other tools."""
