"""Results as plain lines and as JSON: for pipes, scripts and screen readers."""
