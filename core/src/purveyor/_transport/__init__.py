"""The wire: the only room that opens sockets."""
