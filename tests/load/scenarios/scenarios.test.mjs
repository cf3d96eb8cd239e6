// That the scripts of k6 and Artillery put on what the table says, without either of them.
//
//   node --test tests/load/scenarios/*.test.mjs
//
// AIVA_YAML names openapi_to_json, which reads YAML; without it that of a build is taken.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { learn, requestOf } from "./requests.mjs";
import { artilleryPhases, k6Stages, pick, rankAt, usersAt } from "./table.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../../..");
const tables = JSON.parse(readFileSync(join(here, "tables.json"), "utf8"));
const operations = Object.keys(tables.profiles[0].per_minute);
const reader = [
  process.env.AIVA_YAML,
  ...["asan", "release", "fast"].map((name) => join(root, "build", name, "bin/openapi_to_json")),
]
  .filter(Boolean)
  .find((file) => existsSync(file));
let folder;

before(() => {
  folder = mkdtempSync(join(tmpdir(), "aiva-scenarios-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

function readYaml(file) {
  const out = join(folder, "read.json");
  execFileSync(reader, [join(here, "artillery", file), out]);
  return JSON.parse(readFileSync(out, "utf8"));
}

/** Users k6 has at a time, going evenly from one stage's target to the next. */
function usersOfStages(stages, seconds) {
  let begin = 0;
  let users = 0;
  for (const { duration, target } of stages) {
    const length = Number.parseInt(duration, 10);
    if (seconds < begin + length) return users + ((seconds - begin) / length) * (target - users);
    begin += length;
    users = target;
  }
  return 0;
}

const lengthOf = ({ phases }) => phases.reduce((sum, { seconds }) => sum + seconds, 0);

/** The scripts of k6 beside stand-ins for its modules; what they ask is kept. */
async function importK6(name, asked) {
  const place = join(folder, "k6");
  if (!existsSync(place)) {
    cpSync(here, place, { recursive: true });
    const modules = join(place, "node_modules/k6");
    mkdirSync(modules, { recursive: true });
    writeFileSync(
      join(modules, "package.json"),
      '{"type":"module","exports":{".":"./k6.js","./http":"./http.js"}}',
    );
    writeFileSync(
      join(modules, "k6.js"),
      `export const check = (answer, checks) => Object.values(checks).every((one) => one(answer));
export const sleep = () => {};
`,
    );
    writeFileSync(
      join(modules, "http.js"),
      "export default { request: (...words) => globalThis.k6Request(...words) };\n",
    );
  }
  globalThis.open = (path) => readFileSync(join(place, "k6", path), "utf8");
  globalThis.__ENV = { AIVA_URL: "http://h", AIVA_KEY: "k", AIVA_KB: "b1", AIVA_AGENT: "a1" };
  globalThis.k6Request = (method, url, body, options) => {
    asked.push({ method, url, body, options });
    return { status: 200, body: '{"data":{"id":"s1","document_id":"d1"}}' };
  };
  return import(pathToFileURL(join(place, "k6", `${name}.mjs`)).href);
}

for (const scenario of tables.scenarios) {
  test(`k6 has as many users in ${scenario.name} as the table`, async () => {
    const asked = [];
    const script = await importK6(scenario.name, asked);
    const { stages, executor } = script.options.scenarios[scenario.name];
    assert.equal(executor, "ramping-vus");
    for (let second = 0; second < lengthOf(scenario); second += lengthOf(scenario) / 500)
      assert.ok(
        Math.abs(usersOfStages(stages, second) - usersAt(scenario, second)) < 1e-6,
        `${second}`,
      );
    for (let i = 0; i < 50; ++i) script.default();
    assert.equal(asked.length, 50);
    for (const { url, options } of asked) {
      assert.ok(url.startsWith("http://h/api/"), url);
      assert.equal(options.headers.Authorization, "Bearer k");
    }
  });

  test(
    `Artillery brings the users of ${scenario.name}, who go when the table says`,
    { skip: !reader },
    () => {
      const { phases } = readYaml(`${scenario.name}.yml`).config;
      assert.deepEqual(phases, artilleryPhases(scenario));
      const users = [];
      let begin = 0;
      for (const { duration, pause, arrivalCount = 0 } of phases) {
        for (let i = 0; i < arrivalCount; ++i) {
          const second = begin + ((i + 0.5) / arrivalCount) * duration;
          users.push({ second, rank: rankAt(scenario, second, (i + 0.5) / arrivalCount) });
        }
        begin += duration ?? pause;
      }
      assert.equal(begin, lengthOf(scenario));
      let end = 0;
      for (const phase of scenario.phases) {
        end += phase.seconds;
        const second = end - 1;
        const wanted = usersAt(scenario, second);
        const there = users.filter((one) => one.second <= second && one.rank <= wanted).length;
        assert.ok(
          Math.abs(there - wanted) <= 1 + wanted * 0.02,
          `${phase.name}: ${there} of ${wanted}`,
        );
      }
    },
  );
}

test("the user of Artillery is made of what its processor has", { skip: !reader }, async () => {
  const script = readYaml("user.yml");
  const processor = await import("./artillery/user.mjs");
  const named = JSON.stringify(script.scenarios).matchAll(
    /"(?:function|beforeRequest|afterResponse|whileTrue)":"(\w+)"/g,
  );
  const functions = [...named].map(([, name]) => name);
  assert.ok(functions.length >= 6);
  for (const name of functions) assert.equal(typeof processor[name], "function", name);
  const context = { vars: {} };
  await processor.arrive(context);
  await processor.choose(context);
  const parameters = {};
  await processor.prepare(parameters, context);
  assert.match(parameters.headers.authorization, /^Bearer /);
  assert.equal(context.vars.isGet, !context.vars.isPost);
});

test("each operation of the table has a request, in paths of the contract", () => {
  const contract = readFileSync(join(root, "schema/openapi.yaml"), "utf8");
  for (const operation of operations)
    for (const session of [undefined, "s1"]) {
      const request = requestOf(operation, {
        base: "KB",
        agent: "AGENT",
        session,
        document: "DOC",
      });
      const path = request.path
        .replace(/\?.*/, "")
        .replace("KB", "{kbId}")
        .replace("AGENT", "{agentId}")
        .replace("DOC", "{documentId}")
        .replace("/s1/", "/{sessionId}/");
      assert.ok(contract.includes(`\n  ${path}:\n`), path);
    }
});

test("a profile's operations are picked as often as they weigh", () => {
  for (const { name, per_minute: weights } of tables.profiles) {
    const sum = Object.values(weights).reduce((all, weight) => all + weight, 0);
    const counts = {};
    for (let i = 0; i < 10_000; ++i) {
      const operation = pick(tables, name, i / 10_000);
      counts[operation] = (counts[operation] ?? 0) + 1;
    }
    for (const [operation, weight] of Object.entries(weights))
      assert.ok(Math.abs((counts[operation] ?? 0) - (10_000 * weight) / sum) <= 1, operation);
  }
});

test("a user remembers its session and judges streams by their end", () => {
  const user = {};
  assert.ok(learn(user, "open_session", 201, '{"data":{"id":"s7"}}'));
  assert.equal(user.session, "s7");
  assert.ok(learn(user, "chat", 200, "event: delta\n\nevent: done\n"));
  assert.ok(!learn(user, "chat", 200, "event: delta\n\n"));
  assert.ok(!learn(user, "chat", 503, ""));
  assert.equal(user.session, undefined);
});

test("stages of k6 jump where a phase begins with more", () => {
  const stress = tables.scenarios.find(({ name }) => name === "stress");
  assert.deepEqual(k6Stages(stress).slice(0, 4), [
    { duration: "60s", target: 50 },
    { duration: "60s", target: 50 },
    { duration: "0s", target: 100 },
    { duration: "60s", target: 100 },
  ]);
});
