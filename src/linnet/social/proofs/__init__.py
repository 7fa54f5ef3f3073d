"""Whether a page that a profile names is that account's own: it links back."""
