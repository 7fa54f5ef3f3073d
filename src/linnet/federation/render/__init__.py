"""Our rows as ActivityStreams: pure, but for `queries`, which collects what there is to say."""
