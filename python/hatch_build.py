"""Puts the built element and what it contains into the Python package; an sdist brings both along."""

import email
import json
import shutil
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

#: From npm's package, which `cargo xtask build` makes.
NAMES = ("guidance-lab.inline.js", "NOTICES.txt")


class ElementHook(BuildHookInterface):
    def initialize(self, version, build_data):
        here = Path(self.root)
        for name in NAMES:
            built = here.parent / "package" / name
            inside = here / "src" / "guidance_lab" / name
            if built.is_file():
                shutil.copyfile(built, inside)
            elif not inside.is_file():
                raise FileNotFoundError(
                    f"the element is not built: there is no {built}.\n"
                    "Next: run `cargo xtask build` in the repository's root, then `pip install .` here again"
                )


class AddressHook(MetadataHookInterface):
    """The addresses of npm's package, once the repository has one (CONTRIBUTING.md); in an sdist, those it was made with."""

    def update(self, metadata):
        here = Path(self.root)
        made = here / "PKG-INFO"
        package = here.parent / "package" / "package.json"
        if made.is_file():
            urls = email.message_from_string(made.read_text(encoding="utf-8")).get_all("Project-URL", [])
            metadata["urls"] = dict(url.split(", ", 1) for url in urls)
        elif package.is_file():
            published = json.loads(package.read_text(encoding="utf-8"))
            if "homepage" in published:
                repository = published["homepage"].removesuffix("#readme")
                metadata["urls"] = {
                    "Homepage": published["homepage"],
                    "Repository": repository,
                    "Issues": published["bugs"]["url"],
                    "Changelog": f"{repository}/blob/v{published['version']}/CHANGELOG.md",
                }
