"""Events after the commit, to every listener in every process on this machine."""
