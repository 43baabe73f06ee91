"""What stays on this machine: progress, the learner's files, recordings."""
