"""The documentation site: `make site`."""

project = "cachelint"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "cachelint"
myst_heading_anchors = 3
exclude_patterns = ["site"]
