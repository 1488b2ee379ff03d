"""The evidence bundle: a zip that a stranger can check.

pack        output folder → zip
check.py    travels in the zip: checks it with nothing but Python
readme.md   the same: what is in it, and how to check it
"""
