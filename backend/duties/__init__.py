"""权责清单: what is whose duty, as versioned lists; the categories of what people report, and the estates where they live."""
