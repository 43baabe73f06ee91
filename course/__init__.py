"""A terminal course on scalability that runs the real thing."""
