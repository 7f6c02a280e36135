"""What people decide about points: adjustments made by two people, earning rules, notices before points end, figures."""
