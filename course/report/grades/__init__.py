"""Grades in the formats that gradebooks and other graders read, one module each."""
