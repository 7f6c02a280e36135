"""Spreadsheets on their way in: a sheet is checked row by row, then taken in step by step."""
