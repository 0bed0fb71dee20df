"""Edits, and how they reach the files: staged, analysed again, written all or none."""
