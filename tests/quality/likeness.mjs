// How alike two texts are.

// Scripts whose words are parted anywhere at a line end, so that characters are compared one by
// one.
const spaceless =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Thai}';
const token = new RegExp(`[${spaceless}]|[[\\p{L}\\p{M}\\p{N}_]--[${spaceless}]]+`, 'gv');

// The words of a text in lower case, compatibility characters (ligatures, full width) unfolded.
export function tokens(text) {
  return text.normalize('NFKC').toLowerCase().match(token) ?? [];
}

// Every run of `size` words and how often it stands in the text.
export function shingles(words, size) {
  const counts = new Map();
  for (let i = 0; i + size <= words.length; ++i) {
    const key = words.slice(i, i + size).join(' ');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function total(counts) {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}

// The harmonic mean of precision and recall of `found` against `wanted`.
export function f1(found, wanted) {
  let shared = 0;
  for (const [key, count] of found) shared += Math.min(count, wanted.get(key) ?? 0);
  const all = total(found) + total(wanted);
  return all === 0 ? 1 : (2 * shared) / all;
}
