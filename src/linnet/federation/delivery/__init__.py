"""What goes out: activities, deliveries, and the postman who carries them."""
