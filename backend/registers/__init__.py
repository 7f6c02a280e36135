"""The engine of the registers (台账): columns with a source, reading in pages, files, journaled exports."""
