"""Fixes: the vocabulary of edits, who proposes which, and the driver that applies them."""
