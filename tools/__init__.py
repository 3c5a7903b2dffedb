"""What developers run by hand. The portal imports nothing of it, and no wheel ships it."""
