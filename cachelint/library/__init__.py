"""What is known of libraries, as data.

To find out what a function of another package gives, look for its full name in this folder: ``generated.py`` has what
typeshed and django-stubs say, a file for each package what they can't say, in the notation of ``notation.py``. What
depends on what is passed is code, in ``cachelint/infer/library``.
"""
