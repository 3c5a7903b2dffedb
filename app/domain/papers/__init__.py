"""Rules of the papers that go out."""
