"""Plain data: what is reported, where, why, and the edits that would repair it."""

from cachelint.findings.model import (
    Applicability,
    Confidence,
    Edit,
    Finding,
    Fix,
    Place,
    Related,
    Severity,
)

__all__ = ["Applicability", "Confidence", "Edit", "Finding", "Fix", "Place", "Related", "Severity"]
