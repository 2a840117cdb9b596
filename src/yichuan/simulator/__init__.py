"""A simulated courier network and mall that speak the real protocols over HTTP.

For demos, tests and benchmarks, in processes of their own. Only the command line imports it, and
it imports no room of the product, so that an error of the product cannot hide in both ends.
"""
