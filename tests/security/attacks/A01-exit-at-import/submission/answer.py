"""Leaves with status 0 while it is loaded."""
import os

os._exit(0)
