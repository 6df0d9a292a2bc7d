"""Settings: the environment and purveyor.toml. `config` is the door of this room."""
