/** A section of a page as the index keeps it. */
export interface Entry {
  url: string;
  page: string; // title
  heading: string; // empty: the beginning of the page
  text: string;
}

export interface Hit {
  entry: Entry;
  score: number;
}

/** Lower case, without accents, of the same length as `text` where that matters to no reader. */
export function fold(text: string): string {
  return text
    .toLowerCase()
    .normalize("NFD")
    .replace(/\p{Mark}/gu, "");
}

export function wordsOf(query: string): string[] {
  return [...new Set(fold(query).match(/[\p{Letter}\p{Number}_]+/gu) ?? [])].slice(0, 12);
}

/** How often a word of `text` begins with `word`. */
function count(text: string, word: string): number {
  let found = 0;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
    if (at === 0 || !/[\p{Letter}\p{Number}]/u.test(text[at - 1]!)) found++;
  }
  return found;
}

/** Titles say most of what a section is about; a word said often says a little more each time. */
function scoreOf(entry: Entry, word: string): number {
  return (
    8 * Math.min(1, count(fold(entry.heading), word)) +
    5 * Math.min(1, count(fold(entry.page), word)) +
    Math.log2(1 + count(fold(entry.text), word))
  );
}

/** The sections that have all words of the query; where there are none, those that have most. */
export function find(entries: readonly Entry[], query: string, limit: number): Hit[] {
  const words = wordsOf(query);
  const hits: (Hit & { met: number })[] = [];
  for (const entry of entries) {
    const scores = words.map((word) => scoreOf(entry, word)).filter((score) => score > 0);
    if (scores.length === 0) continue;
    const score = scores.reduce((sum, one) => sum + one, 0);
    hits.push({ entry, score, met: scores.length });
  }
  const most = Math.max(0, ...hits.map(({ met }) => met));
  return hits
    .filter(({ met }) => met === most)
    .sort((a, b) => b.score - a.score)
    .slice(0, limit);
}

/** The words of a section around the first that was looked for, as pieces: every other is found. */
export function excerpt(text: string, words: readonly string[], length: number): string[] {
  const alternatives = words.join("|"); // letters and digits only
  const place = new RegExp(`(?<![\\p{Letter}\\p{Number}])(${alternatives})`, "iu").exec(text);
  let from = Math.max(0, (place?.index ?? 0) - length / 3);
  if (from > 0) from = text.indexOf(" ", from) + 1;
  let piece = text.slice(from, from + length);
  if (from + length < text.length) piece = piece.slice(0, piece.lastIndexOf(" ")) + " …";
  if (from > 0) piece = "… " + piece;
  return piece.split(new RegExp(`(?<![\\p{Letter}\\p{Number}])(${alternatives})`, "iu"));
}
