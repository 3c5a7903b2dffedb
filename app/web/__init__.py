"""The pages. A view parses, calls one service and redirects; it decides nothing."""
