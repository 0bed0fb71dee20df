"""What an expression evaluates to: an interpreter that runs a function body forward over types.

``interpreter`` holds the memory and the entry points; ``statements`` runs bodies; ``expressions`` evaluates;
``attributes`` and ``calls`` follow names and calls into the project; ``state`` says what objects hold, ``effects`` what
calls do to containers, ``records`` and ``enums`` what such classes make, ``typehints`` what annotations add; ``known/``
holds, by topic, what the standard library, Django and well-known packages return.
"""
