"""The endpoints of the client API, a module for each group of its documentation."""
