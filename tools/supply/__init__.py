"""What the portal is installed from: its locks, what is known against them, and its bill of materials."""
