"""Pure: what may leave, and in which shape."""
