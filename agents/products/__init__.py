"""Products: what people may hold money in; one product a file."""
