"""The folder of the files that tests read, and days that many tests need."""

from pathlib import Path

DATA = Path(__file__).resolve().parent
STATE_COUNCIL = DATA / "state-council-2024-2026.json"

# The statutory days of 2027, as a notice has to name them all.
STATUTORY_2027 = [
    *("2027-01-01", "2027-02-05", "2027-02-06", "2027-02-07", "2027-02-08", "2027-04-05", "2027-05-01"),
    *("2027-05-02", "2027-06-09", "2027-09-15", "2027-10-01", "2027-10-02", "2027-10-03"),
]
