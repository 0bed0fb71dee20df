"""``junit``: a test suite of which each finding is a failed test."""

from __future__ import annotations

from xml.etree import ElementTree

from cachelint.printable import printable
from cachelint.report.paths import shown_path
from cachelint.run.analysis import Outcome


def render(outcome: Outcome) -> str:
    """The report as JUnit XML; a suite without findings has one test, which passed."""
    count = len(outcome.findings)
    tests = max(count + len(outcome.problems), 1)
    root = ElementTree.Element("testsuites")
    suite = ElementTree.SubElement(
        root, "testsuite", name="cachelint", tests=str(tests), failures=str(count),
        errors=str(len(outcome.problems)),
    )  # fmt: skip
    for finding in outcome.findings:
        path = printable(shown_path(outcome.root, finding.place.path))
        case = ElementTree.SubElement(
            suite, "testcase", classname=path, name=f"{finding.code} line {finding.place.line}", file=path,
            line=str(finding.place.line),
        )  # fmt: skip
        properties = ElementTree.SubElement(case, "properties")
        values = {
            "severity": finding.severity.value,
            "confidence": finding.confidence.value,
            "family": finding.code[:3],
        }
        for name, value in values.items():
            ElementTree.SubElement(properties, "property", name=name, value=value)
        failure = ElementTree.SubElement(case, "failure", type=finding.code, message=_plain(finding.message))
        failure.text = _plain(f"{path}:{finding.place.line}:{finding.place.column}: {finding.code} {finding.message}")
    for path, message in sorted(outcome.problems.items()):
        case = ElementTree.SubElement(
            suite, "testcase", classname=printable(shown_path(outcome.root, path)), name="readable"
        )
        ElementTree.SubElement(case, "error", message=_plain(message))
    if not count and not outcome.problems:
        ElementTree.SubElement(suite, "testcase", classname="cachelint", name="no findings")
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _plain(text: str) -> str:
    """Without the control characters that XML refuses."""
    return printable(text)
