"""Sales and leads: what came back, as the shop and the forms reported it."""
