// Renders the chart with the real Helm.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";

const root = fileURLToPath(new URL("../..", import.meta.url));
export const chartFolder = `${root}deploy/helm/aiva`;
const helm = `${root}build/helm/helm`;

export function runHelm(...words) {
  const { status, stdout, stderr } = spawnSync(helm, words, { encoding: "utf8", cwd: root });
  return { isDone: status === 0, text: stdout, mistake: stderr };
}

/** The manifests for a release "aiva" under the given values files and `--set` values. */
export function render({ files = [], set = {}, secret = "given", kubernetes = "1.35.0" } = {}) {
  const words = ["template", "aiva", chartFolder, "--kube-version", kubernetes];
  for (const file of files) words.push("--values", `${chartFolder}/${file}`);
  const values = secret === null ? set : { "secrets.existingSecret": secret, ...set };
  for (const [name, value] of Object.entries(values))
    words.push("--set-json", `${name}=${JSON.stringify(value)}`);
  const { isDone, text, mistake } = runHelm(...words);
  if (!isDone) throw new Error(mistake);
  return parseAllDocuments(text)
    .map((document) => {
      if (document.errors.length > 0) throw document.errors[0];
      return document.toJS();
    })
    .filter((manifest) => manifest !== null);
}

export function pick(manifests, kind, name) {
  const found = manifests.filter(
    (one) => one.kind === kind && (name === undefined || one.metadata.name === name),
  );
  if (found.length !== 1) throw new Error(`${found.length} of ${kind} ${name ?? ""}`);
  return found[0];
}

export const podOf = (manifests, name) => pick(manifests, "Deployment", name).spec.template.spec;
export const containerOf = (manifests, name) => podOf(manifests, name).containers[0];
