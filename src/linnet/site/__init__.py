"""Door: the pages."""
