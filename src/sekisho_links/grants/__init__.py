"""Files about uses: the roster of helpers, and the records of systems that others run."""
