"""Imports 导入: our documented tables, and the files that fill them."""
