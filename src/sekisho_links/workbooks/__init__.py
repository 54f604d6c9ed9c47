"""Workbooks (.xlsx) from outside: opened only as far as they are plain tables of a fair size.

What a cell hides is a fault of its address: a formula, a merged cell, a hidden row, a number or a
day that a spreadsheet made of a word. What the tables mean is said by who reads them.
"""
