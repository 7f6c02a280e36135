"""事项（工单）: what people report is taken, routed to who is in charge, done in time, and asked about by somebody else."""
