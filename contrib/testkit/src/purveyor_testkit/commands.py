"""`purveyor simulate NAME`: a simulated supplier on loopback, for trying things out."""

from __future__ import annotations

import threading

import click


@click.command()
@click.argument("name")
@click.option("--port", default=0, show_default=True, help="0 takes a free port.")
def simulate(name: str, port: int) -> None:
    """Serve a simulated supplier on loopback until interrupted; print its base address.

    To the text T it answers "You said: T"; "simulate <error>" makes it fail in that way.
    """
    from purveyor.errors import SupplierNotFound
    from purveyor_testkit.simulators import make, serve

    try:
        simulator = make(name)
    except SupplierNotFound as error:
        raise click.ClickException(str(error)) from error
    with serve(simulator, port=port) as served:
        click.echo(served.base_url)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            click.echo(f"{len(served.requests)} requests answered", err=True)
