// Moving about the matrix by keys: one cell at a time can be reached by Tab, arrows go on from it.

let current = null;

/** Make a cell the one that Tab comes to. */
function choose(cell, { focus = false } = {}) {
  current?.removeAttribute("tabindex");
  current = cell;
  if (!cell) return;
  cell.tabIndex = 0;
  if (focus) {
    cell.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}

/** The rows and the columns that a key moves by; undefined for a key that does not move. */
function moveOf({ key, ctrlKey, metaKey }) {
  const far = 1e6;
  const all = ctrlKey || metaKey;
  return {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    PageUp: [-10, 0],
    PageDown: [10, 0],
    Home: [all ? -far : 0, -far],
    End: [all ? far : 0, far],
  }[key];
}

/** The cell that lies so far from another one, at most at the edge of the table. */
function moved(cell, [down, right]) {
  const rows = [...matrix.rows].filter((row) => !row.classList.contains("chapter"));
  const within = (number, length) => Math.max(0, Math.min(length - 1, number));
  const row = rows[within(rows.indexOf(cell.parentElement) + down, rows.length)];
  return row.cells[within(cell.cellIndex + right, row.cells.length)];
}

function onKey(event, open) {
  const cell = event.target.closest("td, th");
  if (!cell) return;
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    open(cell);
    return;
  }
  const move = moveOf(event);
  if (move) {
    event.preventDefault();
    choose(moved(cell, move), { focus: true });
  }
}
