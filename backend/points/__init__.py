"""What people decide about points: adjustments by two, earning rules, notices before points end, figures."""
