"""The keys of a project as a table, as JSON and as a page."""
