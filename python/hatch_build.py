"""Puts the built element into the Python package; an sdist brings it along."""

import shutil
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NAME = "guidance-lab.inline.js"


class ElementHook(BuildHookInterface):
    def initialize(self, version, build_data):
        here = Path(self.root)
        built = here.parent / "package" / NAME
        inside = here / "src" / "guidance_lab" / NAME
        if built.is_file():
            shutil.copyfile(built, inside)
        elif not inside.is_file():
            raise FileNotFoundError(
                f"the element is not built: there is no {built}.\n"
                "Next: run `cargo xtask build` in the repository's root, then `pip install .` here again"
            )
