// What a timeline says, in words and as a table.

const stepOf = ({ step }) => step ?? "-";
const flagsOf = ({ entry, exit }) => `${entry || "-"} → ${exit || "-"}`;

/** The first difference in words. */
function differenceOf(pairs) {
  const first = pairs.find(({ differs }) => differs);
  if (!first) return "Events and flags are those expected; the ring is where the rule was broken.";
  const said = (row) =>
    row ? `${row.event} at step ${stepOf(row)} (flags ${flagsOf(row)})` : "nothing";
  return `First difference: expected ${said(first.due)}, got ${said(first.came)}.`;
}

function legendOf(pairs) {
  const named = (flag) => `<span class="key ${flag}">${flag}</span> <code>${flags[flag]}</code>`;
  return usedFlags(pairs).map(named).join(" ");
}

const TITLES = { due: "expected", came: "got" };

function timelineTable(pairs, { known, came }) {
  const sides = [known && "due", came && "came"].filter(Boolean);
  const head = (text) => `<th scope="col">${text}</th>`;
  const heads = sides.map((side) => [TITLES[side], "step", "flags"].map(head).join(""));
  const rows = pairs.map((pair) => {
    const cells = sides.map((side) => sideCells(pair[side]).map((text) => `<td>${text}</td>`).join(""));
    const marked = known && came && pair.differs ? ' class="differs"' : "";
    return `<tr${marked}>${cells.join("")}<td>${escaped(actsOf(pair).join("; "))}</td></tr>`;
  });
  return (
    '<div class="scroll-x" tabindex="0" role="group" aria-label="The timeline as a table"><table>' +
    `<thead><tr>${heads.join("")}${head("callbacks")}</tr></thead>` +
    `<tbody>${rows.join("")}</tbody></table></div>`
  );
}

const sideCells = (row) => (row ? [row.event, stepOf(row), flagsOf(row)] : ["-", "", ""]);
