// The drawing of a stretch of a trace: events on two lines, what was due and what came, with the
// flags as bars beside them and the first difference marked. Drawn when it is looked at.

const ROW = 26; // the height of an event
const ACTS = 16; // and of what callbacks did at it
const HEAD = 40;
const BAR = 13; // the width of a flag's bar with its space
const LONGEST = 18; // letters of an event's name
const SMALL = 5.6; // the width of a letter of what callbacks did
const NARROW = 460;

/** The drawing as markup of an SVG element that is so many pixels wide. */
function timelineMarkup(pairs, { width, known, label, came }) {
  const lanes = [known ? "due" : null, came ? "came" : null].filter(Boolean);
  const used = usedFlags(pairs);
  const size = sizeOf(width, lanes.length, used.length, pairs);
  const first = known && came ? pairs.findIndex(({ differs }) => differs) : -1;
  const marks = [];
  let top = HEAD;
  const rows = pairs.map((pair, number) => {
    const row = { pair, number, top, height: ROW + (actsOf(pair).length ? ACTS : 0) };
    top += row.height;
    return row;
  });
  for (const row of rows) {
    if (row.number === first) marks.push(bandMarkup(row, size));
    marks.push(stepMarkup(row, rows[row.number - 1], size));
  }
  lanes.forEach((side, n) => {
    const lane = { side, left: size.gutter + n * size.lane, size };
    marks.push(laneMarkup(rows, lane, used, first));
  });
  return (
    `<svg class="timeline ${size.kind}" role="img" aria-label="${escaped(label)}" ` +
    `width="${size.width}" height="${top + 6}" viewBox="0 0 ${size.width} ${top + 6}">` +
    `${marks.join("")}</svg>`
  );
}

/** How wide all is: as wide as the names need, or as there is room. */
function sizeOf(room, lanes, bars, pairs) {
  const narrow = room < NARROW;
  const letter = narrow ? 6.1 : 7.3;
  const gutter = narrow ? 40 : 52;
  const acts = Math.max(...pairs.map((pair) => actsOf(pair).join("; ").length)) * SMALL;
  const wanted = bars * BAR + 20 + Math.max(LONGEST * letter, acts) + 16;
  const lane = Math.min(wanted, (room - gutter) / lanes);
  return { kind: narrow ? "narrow" : "", letter, gutter, lane, width: gutter + lanes * lane };
}

const usedFlags = (pairs) =>
  Object.keys(flags).filter((flag) => pairs.some((pair) => setsFlag(pair, flag)));

const setsFlag = ({ due, came }, flag) =>
  [due, came].some((row) => row && (row.entry + row.exit).includes(flag));

const actsOf = ({ due, came }) => (came ?? due).acts;

/** The step, where it is another one than in the row above, with a line across. */
function stepMarkup({ pair, top }, before, { width }) {
  const step = ({ due, came }) => (came ?? due).step;
  if (before && step(pair) === step(before.pair)) return "";
  const text = step(pair) === null ? "" : `step ${step(pair)}`;
  return (
    `<line class="step" x1="0" x2="${width}" y1="${top}" y2="${top}"/>` +
    `<text class="step" x="0" y="${top + 17}">${text}</text>`
  );
}

const bandMarkup = ({ top, height }, { width, gutter }) =>
  `<g class="first-difference"><rect x="0" y="${top + 1}" width="${width}" height="${height - 2}" rx="3"/>` +
  `<path d="M${gutter - 9} ${top + 8} l7 5 l-7 5 z"/></g>`;

function laneMarkup(rows, { side, left, size }, used, first) {
  const x = left + used.length * BAR + 8;
  const room = left + size.lane - x - 16;
  const title = side === "due" ? "expected" : "got";
  const ends = [rows[0], rows[rows.length - 1]].map(({ top }) => top + ROW / 2);
  const parts = [
    `<text class="lane" x="${left}" y="16">${title}</text>`,
    ...used.map((flag, n) => flagMarkup(flag, left + n * BAR)),
    `<line class="line" x1="${x}" x2="${x}" y1="${ends[0]}" y2="${ends[1]}"/>`,
  ];
  for (const { pair, number, top, height } of rows) {
    const row = pair[side];
    const y = top + ROW / 2;
    if (!row) {
      const word = side === "due" ? "not due" : "missing";
      parts.push(`<circle class="none" cx="${x}" cy="${y}" r="4"/>`);
      parts.push(`<text class="none" x="${x + 12}" y="${y + 4}">${word}</text>`);
      continue;
    }
    const kind = pair.differs ? (number === first ? "differs first" : "differs") : "same";
    parts.push(`<circle class="event ${side} ${kind}" cx="${x}" cy="${y}" r="4"/>`);
    if (row.here) parts.push(`<circle class="here" cx="${x}" cy="${y}" r="7.5"/>`);
    const name = clipped(short(row.event), room / size.letter);
    parts.push(`<text class="event ${side} ${kind}" x="${x + 12}" y="${y + 4}">${name}</text>`);
    if (row === (pair.came ?? pair.due) && (side === "came" || !pair.came)) {
      parts.push(actsMarkup(row, { x: x + 12, y: y + 16, room }));
    }
    used.forEach((flag, n) => {
      parts.push(barMarkup(row, flag, { x: left + n * BAR, top, y, bottom: top + height }));
    });
  }
  return `<g class="${side}">${parts.join("")}</g>`;
}

const flagMarkup = (flag, x) => `<text class="flag" x="${x + BAR / 2}" y="32">${flag}</text>`;

/** The half of a flag's bar before an event, and the half behind it. */
function barMarkup(row, flag, { x, top, y, bottom }) {
  const place = `class="bar ${flag}" x="${x + 3}" width="${BAR - 6}"`;
  const bar = (from, to) => `<rect ${place} y="${from}" height="${to - from}"/>`;
  return (
    (row.entry.includes(flag) ? bar(top, y) : "") + (row.exit.includes(flag) ? bar(y, bottom) : "")
  );
}

function actsMarkup({ acts }, { x, y, room }) {
  if (!acts.length) return "";
  return `<text class="acts" x="${x}" y="${y}">${clipped(acts.join("; "), room / SMALL)}</text>`;
}

const short = (event) => event.replace(/^on_/, "");

/** Text in so many letters at most. */
const clipped = (text, letters) =>
  escaped(text.length > letters ? `${text.slice(0, Math.max(1, letters - 1))}…` : text);
