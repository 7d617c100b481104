"""The words of the product: plain types and rules. Nothing here knows a framework, a vendor, HTTP, SQL or a prompt."""
