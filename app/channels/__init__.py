"""The gateways for messages: SMTP, SMS over HTTP, group robots; in the demonstration a folder."""
