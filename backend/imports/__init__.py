"""Imports of spreadsheets: a sheet is checked row by row, then imported step by step."""
