"""JSON for the mini-program: one file a capability holds its schemas and routes; rules live downstairs."""
