import { Text, VisuallyHidden } from "@mantine/core";
import type { Schemas } from "../../api/client";
import { useWords } from "../../language";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Found = Schemas["ChatMatch"];

interface Piece {
  text: string;
  isMarked: boolean;
}

/** The text in pieces, marked and not; marks count characters, not UTF-16 units. */
function piecesOf({ text, marks }: Found): Piece[] {
  const characters = Array.from(text);
  const pieces: Piece[] = [];
  const add = (from: number, to: number, isMarked: boolean) => {
    if (to > from) pieces.push({ text: characters.slice(from, to).join(""), isMarked });
  };
  let at = 0;
  for (const { start, length } of marks) {
    add(at, start, false);
    add(start, start + length, true);
    at = start + length;
  }
  add(at, characters.length, false);
  return pieces;
}

/** Where a conversation has what was searched for. */
export function Match({ match }: { match: Found }) {
  const t = useWords({ en, ar });
  if (match.field === "title" || match.text === "") return null;
  const who = match.role ?? "person";
  return (
    <Text size="xs" c="dimmed" component="div" dir="auto">
      <VisuallyHidden>{t(who)}: </VisuallyHidden>
      {piecesOf(match).map(({ text, isMarked }, place) =>
        isMarked ? <mark key={place}>{text}</mark> : <span key={place}>{text}</span>,
      )}
    </Text>
  );
}
