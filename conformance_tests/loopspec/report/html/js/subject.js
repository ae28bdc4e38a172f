// The page of a subject.

function subjectPage(number) {
  const subject = subjects[number];
  const { conforms, edition, scenarios, doubts, lacks } = subject;
  return [
    pageHead(fullName(subject)),
    `<p class="sentence">${conforms ? "Conforms" : "Does not conform"} to edition ${escaped(edition)}.</p>`,
    `<ul class="counts">${countsMarkup(subject)}</ul>`,
    `<p>${counted(scenarios, "scenario")}; ${escaped(versionsOf(subject))}.</p>`,
    section("Look at the adapter first", listMarkup(doubts)),
    section("Does not have", escaped(lacks.join(", "))),
    section("Crashes", crashesOf(number).map((crash, n) => crashMarkup(crash, number, n)).join("")),
  ].join("");
}

const section = (title, markup) => (markup ? `<h3>${title}</h3><div>${markup}</div>` : "");

const listMarkup = (lines) =>
  lines.length ? `<ul>${lines.map((line) => `<li>${escaped(line)}</li>`).join("")}</ul>` : "";

const versionsOf = ({ packages, suite }) =>
  Object.entries({ ...packages, loopspec: suite })
    .map((pair) => pair.join(" "))
    .join(", ");

const countsMarkup = ({ verdicts }) =>
  countLetters([verdicts])
    .map(([letter, count]) => `<li><span class="v ${letter}">${wordOf(letter)}</span> ${count}</li>`)
    .join("");

const crashMarkup = (crash, subject, number) =>
  `<section class="verdict e"><h3>${escaped(crash.scenario)} was not played to its end</h3>` +
  `${evidenceMarkup(crash, `crash/${subject}/${number}`)}</section>`;
