"""The rules of the portal. Standard library only; every function gets its facts and `now`."""
