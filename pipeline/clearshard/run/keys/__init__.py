"""The keys of a job: made, shown, replaced by new ones, and destroyed.

making      `keys init`: those that are not there yet
showing     `keys show`: which there are, and what hangs on them; no secret
rotating    `keys rotate`: new ones take the place of those that sign and that encrypt
destroying  `keys destroy`: nobody can read what hangs on a key of the folder any more
"""
