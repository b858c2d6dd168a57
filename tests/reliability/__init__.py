"""What is promised of work and of strangers' files, under fire."""
