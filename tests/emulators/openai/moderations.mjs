// POST /v1/moderations: what is in texts, told by a few words that stand for their categories.
import { unknownModel } from "./errors.mjs";
import { either, list, object, oneOf, text } from "./shape.mjs";
import { words } from "./words.mjs";

export const moderationModels = ["omni-moderation-latest", "omni-moderation-2024-09-26"];

const categories = [
  "harassment",
  "harassment/threatening",
  "hate",
  "hate/threatening",
  "illicit",
  "illicit/violent",
  "self-harm",
  "self-harm/instructions",
  "self-harm/intent",
  "sexual",
  "sexual/minors",
  "violence",
  "violence/graphic",
];
const flaggedFrom = 0.5;
// word → category and score
const meanings = {
  kill: ["violence", 0.93],
  bomb: ["illicit/violent", 0.81],
  scum: ["hate", 0.72],
  idiot: ["harassment", 0.44], // not enough to be flagged
};

const checkBody = object(
  {
    model: text({ empty: false }),
    input: either(
      text(),
      list(text(), { min: 1, max: 32 }),
      list(object({ type: oneOf("text"), text: text() }, ["type", "text"]), { min: 1, max: 32 }),
    ),
  },
  ["input"],
);

const judge = (input) => {
  const scores = Object.fromEntries(categories.map((name) => [name, 0.0001]));
  for (const word of words(input)) {
    const [name, score] = meanings[word] ?? [];
    if (name) scores[name] = Math.max(scores[name], score);
  }
  const flags = Object.fromEntries(categories.map((name) => [name, scores[name] >= flaggedFrom]));
  return {
    flagged: Object.values(flags).some(Boolean),
    categories: flags,
    category_scores: scores,
    category_applied_input_types: Object.fromEntries(categories.map((name) => [name, ["text"]])),
  };
};

export const answerModeration = (body) => {
  checkBody(body, "");
  const model = body.model ?? "omni-moderation-latest";
  if (!moderationModels.includes(model)) throw unknownModel(model);
  const inputs = [body.input].flat().map((entry) => entry.text ?? entry);
  return { id: "modr-emulated", model, results: inputs.map(judge) };
};
