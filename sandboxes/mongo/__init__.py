"""A stand-in for mongod where no real one can be had: the wire protocol over mongomock."""
