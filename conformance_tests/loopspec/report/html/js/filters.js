// What is shown: the controls above the matrix, and the rules and subjects that they leave.

const form = document.getElementById("filters");
const control = (name) => document.getElementById(name);
const MANY = 9;

function drawFilters() {
  const option = (value, text) => `<option value="${value}">${escaped(text)}</option>`;
  const levels = [...new Set(rules.map(({ level }) => level))];
  control("chapter").innerHTML += chapters.map((name, n) => option(n, name)).join("");
  control("level").innerHTML += levels.map((level) => option(level, level)).join("");
  const counts = countLetters(subjects.map(({ verdicts }) => verdicts));
  control("verdicts").innerHTML += counts.map(verdictMarkup).join("");
  control("whom").hidden = subjects.length < MANY;
  control("unlike").hidden = subjects.length < 2;
}

const verdictMarkup = ([letter, count]) =>
  `<label class="chip"><input type="checkbox" name="verdict" value="${letter}">` +
  `<span class="v ${letter}">${wordOf(letter)}</span> <small>${count}</small></label>`;

/** The controls as data. */
function asked() {
  const words = (name) => control(name).value.toLowerCase().split(/\s+/).filter(Boolean);
  const ticked = form.querySelectorAll("[name=verdict]:checked");
  return {
    words: words("text"),
    whom: words("subject"),
    chapter: control("chapter").value,
    level: control("level").value,
    verdicts: [...ticked].map(({ value }) => value).join(""),
    differing: control("differing").checked,
  };
}

const everywhere = rules.map(({ id, sentence, why }) =>
  `${id} ${plain(sentence)} ${plain(why)}`.toLowerCase(),
);

function leftSubjects({ whom }) {
  const holds = (subject) => whom.every((word) => fullName(subject).toLowerCase().includes(word));
  return [...subjects.keys()].filter((number) => holds(subjects[number]));
}

function leftRules({ words, chapter, level, verdicts, differing }, subjectNumbers) {
  return [...rules.keys()].filter((number) => {
    const rule = rules[number];
    const cells = subjectNumbers.map((subject) => letterOf(subject, number));
    return (
      (chapter === "" || rule.chapter === Number(chapter)) &&
      (level === "" || rule.level === level) &&
      words.every((word) => everywhere[number].includes(word)) &&
      (!verdicts || cells.some((letter) => verdicts.includes(letter))) &&
      (!differing || new Set(cells).size > 1)
    );
  });
}

/** Draw the table anew with what is asked for, and say how much that is. */
function applyFilters() {
  const wanted = asked();
  const columns = leftSubjects(wanted);
  const left = leftRules(wanted, columns);
  const at = current && matrix.contains(current) ? meaningOf(current) : null;
  drawTable(left, columns);
  const first = matrix.querySelector("td") ?? matrix.rows[0].cells[0];
  choose((at && cellOf(at.rule, at.subject)) || first);
  const fewer = columns.length < subjects.length;
  const some = fewer ? `, ${columns.length} of ${subjects.length} subjects` : "";
  control("count").textContent = left.length
    ? `${left.length} of ${counted(rules.length, "rule")}${some}`
    : "No rule is left. Show all brings them back.";
}
