"""The page that Chatwoot shows as a dashboard app: the panel of the conversation that is open there."""
