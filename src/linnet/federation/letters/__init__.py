"""Letters: what other servers send us, from the door to the row; reading them is `reading`."""
