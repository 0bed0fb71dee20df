"""A Python code base, knowing nothing of Django: its files, what each defines, who means what by a name."""
