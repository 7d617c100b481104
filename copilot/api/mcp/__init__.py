"""The service as tools for language models (Model Context Protocol): the same routes, keys, roles and walls as for people.

- `tools.py`: the catalogue: what each tool takes, gives, and which routes it asks. A tool has no way to the record but the routes.
- `server.py`: the catalogue on the official SDK; imported when the first model comes, because the SDK takes a second to import.
- `door.py`: `POST /mcp` of the service. `copilot.commands.mcp` serves the same over standard input and output.
"""
