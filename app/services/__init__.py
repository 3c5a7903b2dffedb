"""Use cases: one function, one transaction each. They know no Flask and are handed `now`."""
