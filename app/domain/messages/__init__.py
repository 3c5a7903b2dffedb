"""What leaves the portal: channels, hours, wording, and what becomes of each message (R28, R36)."""
