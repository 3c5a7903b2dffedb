"""The gateways that messages leave by: SMTP, SMS over HTTP, group robots; in the demonstration a folder."""
