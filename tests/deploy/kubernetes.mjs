// Holds manifests to the schemas of the Kubernetes API, strictly: a field that the schema does not
// know is a mistake, too. Schemas are compiled; what of an object they never look at is unknown.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = new URL("node_modules/kubernetes-models/", import.meta.url);

async function findSchema({ apiVersion, kind }) {
  let model;
  try {
    model = readFileSync(fileURLToPath(new URL(`${apiVersion}/${kind}.js`, folder)), "utf8");
  } catch {
    throw new Error(`the API has no ${apiVersion} ${kind}`);
  }
  const schema = model.match(/_schemas\/(\w+)(?:\.js)?"/)[1];
  return (await import(new URL(`_schemas/${schema}.js`, folder))).validate;
}

// A copy of `value` that remembers which members were read. `seen` maps each object to their names.
function watch(value, seen) {
  if (value === null || typeof value !== "object") return value;
  const names = new Set();
  const inner = Array.isArray(value) ? [] : {};
  for (const [name, member] of Object.entries(value)) inner[name] = watch(member, seen);
  const proxy = new Proxy(inner, {
    get(target, name) {
      names.add(name);
      return target[name];
    },
  });
  seen.set(proxy, names);
  return proxy;
}

function findUnread(proxy, seen, path, found) {
  if (proxy === null || typeof proxy !== "object") return;
  const names = new Set(seen.get(proxy));
  for (const name of Object.keys(proxy)) {
    if (!Array.isArray(proxy) && !names.has(name)) found.push(`${path}/${name} is no field`);
    else findUnread(proxy[name], seen, `${path}/${name}`, found);
  }
}

/** What is wrong with a manifest, a line each; none when it is right. */
export async function findMistakes(manifest) {
  const validate = await findSchema(manifest);
  const seen = new Map();
  const watched = watch(manifest, seen);
  const mistakes = [];
  if (!validate(watched)) {
    for (const error of validate.errors)
      mistakes.push(`${error.instancePath} ${error.keyword} ${JSON.stringify(error.params)}`);
  }
  findUnread(watched, seen, "", mistakes);
  return mistakes;
}
