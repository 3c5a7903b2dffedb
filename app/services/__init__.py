"""Use cases: one function, one transaction each. They import no Flask and take `now` as an argument."""
