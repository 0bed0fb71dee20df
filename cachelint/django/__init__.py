"""What Django means: models and their fields, querysets and managers, views, settings, cache objects."""
