"""The instruction sets to test: the one that is forced, or all that are built and run here."""

import os

from cypool import _dispatch

FORCED = os.environ.get("CYPOOL_ISA")
LEVELS = [FORCED] if FORCED else list(_dispatch.runnable())
