// Text into markup.

const MARKS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text as it is, safe in markup. */
const escaped = (text) => String(text).replace(/[&<>"]/g, (mark) => MARKS[mark]);

/** One line of the specification's Markdown: code, strong, emphasis; of a link its text. */
const inline = (text) =>
  escaped(text)
    .split(/(`[^`]+`)/)
    .map((part) =>
      part.startsWith("`")
        ? `<code>${part.slice(1, -1)}</code>`
        : part
            .replace(/\[([^\]]+)\]\([^)]*\)/g, "$1")
            .replace(/\*\*(.+?)\*\*/g, "<strong>$1</strong>")
            .replace(/\*(.+?)\*/g, "<em>$1</em>"),
    )
    .join("");

/** The same without any marks. */
const plain = (text) => text.replace(/`|\*\*?/g, "").replace(/\[([^\]]+)\]\([^)]*\)/g, "$1");

/** Where to read a rule, as a link if the page knows where the specification is. */
function specLink(rule) {
  const named = escaped(rule.link);
  if (!data.spec) return `<code>${named}</code>`;
  const place = data.spec.replace(/\/$/, "") + rule.link.replace(/^spec/, "");
  return `<a href="${escaped(place)}">${named}</a>`;
}

/** An address that somebody wrote into a file: a link if it is one of the web. */
const webLink = (address) =>
  /^https?:\/\//.test(address)
    ? `<a href="${escaped(address)}" rel="noreferrer">${escaped(address)}</a>`
    : escaped(address);

const counted = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
