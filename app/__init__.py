"""The portal: 公示与异议处理. Importing the package loads nothing; `app.web.factory` wires Flask."""

import gc

# What a process imports stays to its end. At Python's 700 the collector would look at it again and again: a tenth of
# the processor's time that a process takes to start.
gc.set_threshold(10_000, 10, 10)
