// The dialog with what is behind a cell, and the address that names it.

const detail = document.getElementById("detail");

/** Show what is behind a rule and a subject, by number; either may be null, not both. */
function openDetail(rule, subject) {
  detail.innerHTML = rule === null ? subjectPage(subject) : rulePage(rule, subject);
  if (!detail.open) detail.showModal();
  detail.scrollTop = 0;
  for (const place of detail.querySelectorAll("[data-timeline]")) drawTimeline(place);
  history.replaceState(null, "", hashOf(rule, subject));
}

function closeDetail() {
  detail.innerHTML = "";
  history.replaceState(null, "", location.pathname + location.search);
  if (current) choose(current, { focus: true });
}

const hashOf = (rule, subject) =>
  "#" +
  [rule === null ? "" : rules[rule].id, subject === null ? "" : fullName(subjects[subject])]
    .map(encodeURIComponent)
    .join("/");

/** The rule and the subject that the address names; null without any. */
function fromHash() {
  const [id, name] = location.hash.slice(1).split("/").map(decodeURIComponent);
  const rule = rules.findIndex((one) => one.id === id);
  const subject = subjects.findIndex((one) => fullName(one) === name);
  if (rule < 0 && subject < 0) return null;
  return { rule: rule < 0 ? null : rule, subject: subject < 0 ? null : subject };
}

/** What the drawing at a place is to show. */
function timelineOf(key) {
  const [kind, one, two] = key.split("/");
  if (kind === "due") {
    const { pairs, at } = rules[one].shown;
    const rows = readPairs(pairs);
    for (const { due } of rows) due.here = due.record === at;
    return { pairs: rows, known: true, came: false };
  }
  const { pairs, known } =
    kind === "crash" ? crashesOf(one)[two].evidence : toldOf(kind, one).evidence;
  return { pairs: readPairs(pairs), known, came: true };
}

function drawTimeline(place) {
  const { pairs, known, came } = timelineOf(place.dataset.timeline);
  const said = known && came ? differenceOf(pairs) : "";
  const width = Math.max(280, place.clientWidth);
  const label = said || (known ? "As it is due" : "As it came");
  place.innerHTML =
    timelineMarkup(pairs, { width, known, label, came }) +
    `<p class="legend">${escaped(said)}</p><p class="legend">${legendOf(pairs)}</p>` +
    "<details><summary>The same as a table</summary>" +
    `${timelineTable(pairs, { known, came })}</details>`;
}
