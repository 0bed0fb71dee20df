"""Models: which there are, their fields, relations and managers, each in a module of its own."""

from cachelint.django.models.managers import Models

__all__ = ["Models"]
