"""Updates: written, answered, boosted, edited, taken away."""
