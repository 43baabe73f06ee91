"""What the course does: study, open a lab, check. No screen and no Docker in here."""
