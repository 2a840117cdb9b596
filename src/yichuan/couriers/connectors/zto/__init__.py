"""ZTO Express 中通: signed JSON, one path for each method; signed pushes, one scan each."""
