"""Stopping a run as Ctrl-C does."""


def stop_after(steps):
    """What to ask after every step: true from so many steps on."""
    asked = []

    def should_stop():
        asked.append(1)
        return len(asked) >= steps

    return should_stop
