"""From the first drop to what is taken away."""
