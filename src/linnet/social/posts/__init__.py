"""Updates: writing, editing, deleting, boosting, and reading them as one viewer sees them."""
