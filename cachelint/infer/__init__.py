"""What an expression evaluates to: an interpreter that runs a function body forward over types.

``interpreter`` holds the memory and the entry points; ``statements`` runs bodies; ``expressions`` evaluates;
``attributes`` and ``calls`` follow names and calls into the project; ``instance_attributes`` says what objects hold,
``call_effects`` and ``mutation`` what happens to containers, ``dataclasses`` and ``enums`` what such classes make,
``typehints`` what annotations add; ``library/`` holds, by topic, what the standard
library, Django and well-known packages return.
"""
