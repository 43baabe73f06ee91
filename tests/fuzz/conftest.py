"""What is no test of ours below this folder."""

collect_ignore = ["exercise"]
