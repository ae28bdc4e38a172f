// The data of the page, as report/html/data.py writes it, and how to read it.

const data = JSON.parse(document.getElementById("data").textContent);
const { rules, subjects, chapters, events, flags, letters } = data;

const NOT_JUDGED = "not judged";

/** The letters of a rule that is broken, and of one that follows from another. */
const BROKEN = "fes";
const BLOCKED = "b";

/** The letter of the verdict of a subject on a rule, both by number. */
const letterOf = (subject, rule) => subjects[subject].verdicts[rule];

/** The verdict in words. */
const wordOf = (letter) => letters[letter] ?? NOT_JUDGED;

/** What is told of a cell beyond its verdict: texts and evidence are kept once, by number. */
function toldOf(subject, rule) {
  const told = subjects[subject].told[rule] ?? {};
  const said = ["reason", "link", "message", "evidence"].filter((name) => name in told);
  return { ...told, ...Object.fromEntries(said.map((name) => [name, data.said[told[name]]])) };
}

/** The crashes of a subject, each with its evidence. */
const crashesOf = (subject) =>
  subjects[subject].crashes.map((crash) => ({ ...crash, evidence: data.said[crash.evidence] }));

/** A subject's name with its version. */
const fullName = ({ name, version }) => (version ? `${name} ${version}` : name);

/** The letters that occur in strings of verdicts, in their own order, each with its number. */
function countLetters(strings) {
  const counts = Object.fromEntries(Object.keys(letters).map((letter) => [letter, 0]));
  for (const letter of strings.join("")) if (letter in counts) counts[letter] += 1;
  return Object.entries(counts).filter(([, count]) => count);
}

/** One side of a pair of a timeline as an object; null where there is nothing. */
function readRow(row) {
  if (!row) return null;
  const [record, event, step, entry, exit, acts = [], here = 0] = row;
  return { record, event: events[event], step, entry, exit, acts, here: Boolean(here) };
}

/** The pairs of a timeline: what was due, what came, and whether they differ. */
function readPairs(pairs) {
  return pairs.map((pair) => {
    if (pair.length === 1) {
      const came = readRow(pair[0]);
      return { due: came, came, differs: false };
    }
    return { due: readRow(pair[0]), came: readRow(pair[1]), differs: true };
  });
}
