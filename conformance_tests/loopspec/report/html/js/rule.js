// The page of a rule, and of what became of it with a subject.

const pageHead = (title, side = "") =>
  `<header><h2 id="detail-title">${escaped(title)}</h2>${side}` +
  `<button type="button" class="close" data-close autofocus>Close</button></header>`;

/** The page of a rule; of what became of it too if a subject is given, both by number. */
function rulePage(number, subject) {
  const rule = rules[number];
  const level = `<i class="${rule.level}">${rule.level}</i>`;
  const sources = rule.sources.length ? ` · ${escaped(rule.sources.join(", "))}` : "";
  return [
    pageHead(rule.id, `${level} <span>${escaped(chapters[rule.chapter])}</span>`),
    `<p class="sentence">${inline(rule.sentence)}</p>`,
    subject === null ? "" : resultMarkup(number, subject),
    `<h3>Why it matters</h3><p>${inline(rule.why)}</p>`,
    rule.wild ? `<h3>In the wild</h3><p>${inline(rule.wild)}</p>` : "",
    shownMarkup(number, subject),
    `<p class="sources">${specLink(rule)}${sources}</p>`,
  ].join("");
}

function resultMarkup(number, subject) {
  const letter = letterOf(subject, number);
  const told = toldOf(subject, number);
  const lines = reasonsOf(told, subjects[subject].seen[number]);
  return (
    `<section class="verdict ${letter}"><h3><span class="v ${letter}">${wordOf(letter)}</span> ` +
    `${escaped(fullName(subjects[subject]))}</h3>` +
    lines.map((line) => `<p>${line}</p>`).join("") +
    (told.evidence ? evidenceMarkup(told, `${subject}/${number}`) : "") +
    "</section>"
  );
}

/** The reasons of a verdict, each a line of markup. */
function reasonsOf({ reason, link, blocked, message, evidence, against, variants }, seen) {
  const lines = [];
  if (reason) lines.push(`Known deviation: ${escaped(reason)} ${link ? webLink(link) : ""}`);
  if (blocked) lines.push(`Blocked by ${ruleLink(blocked)}, on which it builds.`);
  else if (message && !evidence) lines.push(escaped(message));
  if (seen && against) lines.push(`${against} of ${counted(seen, "observation")} against it.`);
  else if (seen) lines.push(`${counted(seen, "observation")}.`);
  if (variants) {
    const names = variants.map((name) => `<code>${escaped(name)}</code>`);
    lines.push(`Seen: ${names.join(", ")}.`);
  }
  return lines;
}

const ruleLink = (id) => `<a href="#" data-goto="${escaped(id)}">${escaped(id)}</a>`;

function evidenceMarkup({ evidence, repeat }, key) {
  const { expected, got, text, pairs } = evidence;
  return (
    `<dl class="beside"><div><dt>Expected</dt><dd>${escaped(expected)}</dd></div>` +
    `<div><dt>Got</dt><dd>${escaped(got)}</dd></div></dl>` +
    scenarioMarkup(text) +
    (pairs.length ? placeMarkup(key) : "<p>There is no trace of it.</p>") +
    (repeat ? `<p class="repeat"><b>To see it again</b> <code>${escaped(repeat)}</code></p>` : "")
  );
}

const scenarioMarkup = (text) => `<p class="scenario"><b>Scenario</b> ${escaped(text)}</p>`;

/** Where a timeline is to be drawn, and which one (see `timelineOf`). */
const placeMarkup = (key) => `<div data-timeline="${key}"></div>`;

/** How it is due, where the subject does not show it by a failure. */
function shownMarkup(number, subject) {
  const { shown: due } = rules[number];
  if (!due || (subject !== null && toldOf(subject, number).evidence)) return "";
  return `<h3>As it is due</h3>${scenarioMarkup(due.text)}${placeMarkup(`due/${number}`)}`;
}
