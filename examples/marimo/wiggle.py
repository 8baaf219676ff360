# /// script
# requires-python = ">=3.11"
# dependencies = ["guidance-lab", "marimo"]
# ///
"""A figure that cells follow: `marimo edit wiggle.py`, or `marimo run wiggle.py`."""

import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def _():
    import marimo as mo
    from guidance_lab import GuidanceLab

    return GuidanceLab, mo


@app.cell
def _(GuidanceLab, mo):
    lab = GuidanceLab(preset="wiggle", controls="weight,frequency", state={"particles": 2000}, height=360)
    figure = mo.ui.anywidget(lab)
    figure
    return (figure,)


@app.cell
def _(figure, mo):
    # Before the first frame nothing is measured, and the state is what was given.
    state, measured = figure.value["state"], figure.value["measurement"]
    mo.stop(measured is None, mo.md("Nothing is measured yet."))
    mo.md(f"With γ = {state['guidance']['gamma']:g} the KL at this step is {measured['conditionalKl']:.2e} nats.")
    return


if __name__ == "__main__":
    app.run()
