"""Where the files that tests read lie."""

from pathlib import Path

DATA = Path(__file__).resolve().parent
STATE_COUNCIL = DATA / "state-council-2024-2026.json"
