"""Pictures: what comes in is taken apart outside the server, made anew, kept and served."""
