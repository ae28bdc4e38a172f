// Puts the page together.

function drawLead() {
  const editions = [...new Set(subjects.map(({ edition }) => edition))].join(", ");
  const fine = subjects.filter(({ conforms }) => conforms).length;
  const what = `${counted(rules.length, "rule")} in ${counted(chapters.length, "chapter")}, edition ${editions}`;
  const one = subjects.length === 1 ? subjects[0] : null;
  control("lead").textContent = one
    ? `${fullName(one)} ${fine ? "conforms" : "does not conform"}: ${what}, ${counted(one.scenarios, "scenario")}.`
    : `${fine} of ${counted(subjects.length, "subject")} conform: ${what}.`;
  if (one) drawTrouble(one);
}

/** Of a subject that is alone: what to look at first. */
function drawTrouble({ doubts, verdicts }) {
  const broken = rules.filter((rule, number) => BROKEN.includes(verdicts[number]));
  const links = broken.map((rule) => `<a href="${hashOf(rules.indexOf(rule), 0)}">${rule.id}</a>`);
  control("broken").hidden = !links.length;
  control("broken").innerHTML = `Broken: ${links.join(", ")}`;
  control("doubts").hidden = !doubts.length;
  control("doubts").innerHTML = doubts.map((doubt) => `<li>${escaped(doubt)}</li>`).join("");
}

/** Open what the address names. */
function openAddress() {
  const there = fromHash();
  if (!there) return;
  choose(cellOf(there.rule, there.subject) ?? current);
  openDetail(there.rule, there.subject);
}

function openCell(cell) {
  const { rule, subject } = meaningOf(cell);
  if (rule === null && subject === null) return;
  choose(cell);
  openDetail(rule, subject);
}

matrix.addEventListener("click", ({ target }) => {
  const cell = target.closest("td, th");
  if (cell && !cell.parentElement.classList.contains("chapter")) openCell(cell);
});
matrix.addEventListener("keydown", (event) => onKey(event, openCell));

form.addEventListener("input", applyFilters);
control("all").addEventListener("click", () => {
  form.reset();
  applyFilters();
});
form.addEventListener("submit", (event) => event.preventDefault());

detail.addEventListener("click", (event) => {
  const { target } = event;
  if (target === detail || target.closest("[data-close]")) detail.close();
  const link = target.closest("[data-goto]");
  if (link) {
    event.preventDefault();
    openDetail(rules.findIndex(({ id }) => id === link.dataset.goto), fromHash().subject);
  }
});
detail.addEventListener("close", closeDetail);

drawLead();
drawFilters();
applyFilters();
openAddress();
addEventListener("hashchange", openAddress);
