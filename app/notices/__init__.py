"""The notices that programmes follow: the built-in one, and those in a folder of the installation."""
