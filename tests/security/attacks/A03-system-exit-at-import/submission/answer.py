"""Asks to exit while it is loaded."""
raise SystemExit(0)
