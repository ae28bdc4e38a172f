// The matrix as a table: a row a rule, by chapter, and a column a subject. Each element has its role,
// as the style sheet lays the table out as a grid, which takes the roles away in some browsers.

const matrix = document.getElementById("matrix");
const scroll = document.getElementById("scroll");

/** Up to so many columns there is room for the verdict in words. */
const ROOMY = 4;

/** The numbers of the rules and of the subjects that stand in the table now. */
const shown = { rules: [], subjects: [] };

function drawTable(ruleNumbers, subjectNumbers) {
  shown.rules = ruleNumbers;
  shown.subjects = subjectNumbers;
  matrix.className = subjectNumbers.length <= ROOMY ? "roomy" : "dense";
  matrix.style.setProperty("--columns", subjectNumbers.length);
  matrix.innerHTML = headMarkup() + chapterNumbers().map(chapterMarkup).join("");
  // What is scrolled to must not come to lie behind the heads, which stay in sight.
  const { offsetHeight, offsetWidth } = matrix.querySelector(".corner");
  scroll.style.scrollPadding = `${offsetHeight}px 0 0 ${offsetWidth}px`;
}

const chapterNumbers = () => [...new Set(shown.rules.map((rule) => rules[rule].chapter))];

function headMarkup() {
  const heads = shown.subjects.map((number) => subjectMarkup(subjects[number]));
  const corner = `<th role="columnheader" class="corner">Rule <small>broken</small></th>`;
  return `<thead role="rowgroup"><tr role="row">${corner}${heads.join("")}</tr></thead>`;
}

function subjectMarkup({ name, version, conforms, verdicts }) {
  const broken = [...verdicts].filter((letter) => (BROKEN + BLOCKED).includes(letter)).length;
  return (
    `<th role="columnheader" class="${conforms ? "good" : "bad"}" title="${escaped(name)} ${escaped(version)}">` +
    `<span class="name">${escaped(name)} <small>${escaped(version)}</small></span> ` +
    `<span class="sum">${broken}<span class="aside"> broken, ` +
    `${conforms ? "conforms" : "does not conform"}</span></span></th>`
  );
}

function chapterMarkup(chapter) {
  const mine = shown.rules.filter((rule) => rules[rule].chapter === chapter);
  const title = `${escaped(chapters[chapter])} <small>${counted(mine.length, "rule")}</small>`;
  const width = shown.subjects.length + 1;
  return (
    `<tbody role="rowgroup" style="--rows: ${mine.length}"><tr role="row" class="chapter">` +
    `<th role="rowheader" aria-colspan="${width}"><span>${title}</span></th></tr>` +
    `${mine.map(ruleMarkup).join("")}</tbody>`
  );
}

function ruleMarkup(number) {
  const { id, level, sentence } = rules[number];
  const cells = shown.subjects.map((subject) => {
    const letter = letterOf(subject, number);
    const kind = letter === "-" ? "none" : letter;
    return `<td role="gridcell" class="v ${kind}">${wordOf(letter)}</td>`;
  });
  return (
    `<tr role="row" data-rule="${number}"><th role="rowheader"><b>${id}</b> <i class="${level}">${level}</i> ` +
    `<span>${inline(sentence)}</span></th>${cells.join("")}</tr>`
  );
}

/** What a cell of the table is about: numbers of rule and subject, null where there is none. */
function meaningOf(cell) {
  const row = cell.parentElement;
  const subject = shown.subjects[cell.cellIndex - 1] ?? null;
  return { rule: row.dataset.rule === undefined ? null : Number(row.dataset.rule), subject };
}

/** The cell of a rule and a subject; null if it is not shown. */
function cellOf(rule, subject) {
  const row = matrix.querySelector(`tr[data-rule="${rule}"]`);
  return row?.cells[subject === null ? 0 : shown.subjects.indexOf(subject) + 1] ?? null;
}
