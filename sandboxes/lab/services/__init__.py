"""The servers a lab can start."""
