import type { Hit } from "./settings";

/** A piece of a passage, and what of it is marked. */
export interface Piece {
  text: string;
  isSentence: boolean; // the sentence that fits best
  isWord: boolean; // found by a word of the question
}

type Keywords = NonNullable<Hit["scoring_details"]["keywords"]>;

function isFound(word: string, keywords: Keywords): boolean {
  const small = word.toLowerCase();
  return keywords.some(({ word: asked, term, is_stem: isStem }) => {
    if (small === asked.toLowerCase() || small === term) return true;
    return isStem && term.length > 2 && small.startsWith(term);
  });
}

function wordsOf(text: string, isSentence: boolean, keywords: Keywords): Piece[] {
  return text
    .split(/([\p{L}\p{N}]+)/u)
    .filter((part) => part !== "")
    .map((part) => ({ text: part, isSentence, isWord: isFound(part, keywords) }));
}

/** A passage in pieces: its best sentence, and in all of it the words that found it. */
export function piecesOf(hit: Hit): Piece[] {
  const keywords = hit.scoring_details.keywords ?? [];
  const at = hit.highlight === "" ? -1 : hit.content.indexOf(hit.highlight);
  if (at < 0) return wordsOf(hit.content, false, keywords);
  const end = at + hit.highlight.length;
  return [
    ...wordsOf(hit.content.slice(0, at), false, keywords),
    ...wordsOf(hit.content.slice(at, end), true, keywords),
    ...wordsOf(hit.content.slice(end), false, keywords),
  ];
}
