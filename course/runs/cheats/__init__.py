"""Cheats that are made up: wrong answers that try to be judged right all the same."""
