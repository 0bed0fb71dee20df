"""What an expression evaluates to: an interpreter that runs a function body forward over kinds.

``interpreter`` holds the memory and the entry points; ``statements`` runs bodies; ``expressions`` evaluates;
``attributes`` and ``calls`` follow names and calls into the project; ``known/`` holds, by topic, what the standard
library, Django and well-known packages return.
"""
