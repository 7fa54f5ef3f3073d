"""What happens here and concerns somebody elsewhere becomes a letter to them."""
