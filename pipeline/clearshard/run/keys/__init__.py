"""The keys of a job: made, shown, and replaced by new ones.

making     `keys init`: those that are not there yet
showing    `keys show`: which there are, and what hangs on them; no secret
rotating   `keys rotate`: new ones take the place of those that sign and that encrypt
"""
