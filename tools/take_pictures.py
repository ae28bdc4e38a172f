"""Takes the pictures of the HTML page that the documentation shows, by an installed Chromium.

`docs/page.png` is a cell that is opened: the example of the README, beside the committed results.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright
from writing import ROOT

from loopspec import check
from loopspec.report.html import page
from loopspec.report.html.column import column_of, read_column
from loopspec.report.json import as_json

EXAMPLE = "examples/forgets_epoch_stop.py"
AT = "#CTRL-3/forgets_epoch_stop:ForgetsEpochStop"
SIZE = {"width": 1360, "height": 860}


def main() -> int:
    browser = os.environ.get("LOOPSPEC_CHROMIUM") or shutil.which("chromium")
    if browser is None:
        print("no Chromium is installed; LOOPSPEC_CHROMIUM names another one", file=sys.stderr)
        return 2
    report = check(EXAMPLE, known=None)
    columns = [column_of(as_json(report, command=f"loopspec check {EXAMPLE}"))]
    columns += [read_column(path) for path in sorted((ROOT / "results").glob("*.json"))]
    with tempfile.TemporaryDirectory(prefix="loopspec-") as folder, sync_playwright() as driver:
        file = Path(folder) / "page.html"
        file.write_text(page(columns, spec="../spec"), "utf-8")
        chromium = driver.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        window = chromium.new_page(viewport=SIZE, reduced_motion="reduce", color_scheme="light")
        window.goto(file.as_uri() + AT)
        window.screenshot(path=ROOT / "docs" / "page.png")
        chromium.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
