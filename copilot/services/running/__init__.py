"""The service as it runs: durable jobs started, replicas in step, live streams, load."""
