"""`yichuan demo`: the whole product on sample data, with simulated couriers and a mall."""
