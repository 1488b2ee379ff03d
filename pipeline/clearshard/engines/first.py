"""What the process that workers are forked from imports before everything else.

It imports, and then forks: see `clearshard.collecting`.
"""

import gc

from clearshard.collecting import SELDOM

gc.set_threshold(SELDOM)
