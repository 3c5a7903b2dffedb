"""Messages that leave the portal: channels, hours, wording, and the fate of each message (R28, R36)."""
