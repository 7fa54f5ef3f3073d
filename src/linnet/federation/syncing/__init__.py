"""Followers synchronisation (FEP-8fcf): two servers agree about who follows whom between them."""
