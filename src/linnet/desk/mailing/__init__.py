"""The statement of the week by mail, to those of the firm who asked for it."""
