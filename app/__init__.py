"""The portal: 公示与异议处理. Importing the package loads nothing; `app.web.factory` wires Flask."""
