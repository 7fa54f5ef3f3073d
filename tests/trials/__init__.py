"""Trials by the thousand in simulated worlds: what the statistics promise, counted. Minutes; `make test-statistics`."""
