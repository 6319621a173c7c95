"""The ground floor: randomness, tables, the books, settings; knows nothing of markets."""
