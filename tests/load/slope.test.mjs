import assert from "node:assert/strict";
import { test } from "node:test";
import { makeRandom } from "../crash/sample_documents.mjs";
import { slopeOf, studentT } from "./slope.mjs";

test("Student's t is that of the tables", () => {
  for (const [freedom, value] of [
    [5, 2.5706],
    [10, 2.2281],
    [22, 2.0739],
    [60, 2.0003],
  ])
    assert.ok(Math.abs(studentT(freedom) - value) < 0.01, `${freedom}`);
});

test("a line is found in noise, and none where there is none", () => {
  const random = makeRandom(3);
  const noise = () => random() + random() + random() - 1.5;
  const growing = Array.from({ length: 720 }, (_, i) => [i / 360, 100 + 4 * (i / 360) + noise()]);
  const flat = Array.from({ length: 720 }, (_, i) => [i / 360, 100 + noise()]);
  const found = slopeOf(growing);
  assert.ok(found.low > 3 && found.high < 5, JSON.stringify(found));
  const none = slopeOf(flat);
  assert.ok(none.low < 0.5 && none.high > -0.5, JSON.stringify(none));
});

test("a perfect line has no doubt, and three points have no slope", () => {
  const { slope, low, high } = slopeOf([
    [0, 1],
    [1, 3],
    [2, 5],
    [3, 7],
  ]);
  assert.ok(Math.abs(slope - 2) < 1e-9 && high - low < 1e-6);
  assert.throws(() =>
    slopeOf([
      [0, 1],
      [1, 2],
      [2, 3],
    ]),
  );
});
