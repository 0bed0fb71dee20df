"""One run: files to facts to findings, what is reported of them, what is fixed."""
