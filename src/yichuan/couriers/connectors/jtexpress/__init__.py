"""J&T Express China 极兔速递: its open platform."""
