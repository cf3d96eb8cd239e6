import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import Ajv from "ajv";
import addFormats from "ajv-formats";
import { parse } from "yaml";
import { findUnknownVariables } from "./settings.mjs";

// No Docker runs here: the files are held to the published schema of Compose and to what they name.

const folder = fileURLToPath(new URL("../../deploy/compose", import.meta.url));
const files = ["one-node.yaml", "full.yaml", "monitoring.yaml"];
const read = (name) => readFileSync(join(folder, name), "utf8");
const load = (name) => parse(read(name), { merge: true });
const schema = JSON.parse(
  readFileSync(new URL("node_modules/dclint/schemas/compose.schema.json", import.meta.url), "utf8"),
);
const ours = (project) =>
  Object.entries(project.services).filter(([, { image }]) => /^aiva:/.test(image));

for (const name of files) {
  test(`${name} is a project of the Compose specification`, () => {
    delete schema.$schema; // draft 7, under a name that Ajv does not know
    const ajv = new Ajv.default({ allErrors: true, strict: false });
    addFormats.default(ajv);
    const validate = ajv.compile(schema);

    assert.ok(validate(load(name)), JSON.stringify(validate.errors, null, 1));
  });

  test(`${name}: what a service names is there`, () => {
    const { services, volumes = {}, networks = {} } = load(name);
    for (const [service, settings] of Object.entries(services)) {
      for (const [other] of Object.entries(settings.depends_on ?? {}))
        assert.ok(services[other], `${service} depends on ${other}`);
      for (const network of settings.networks ?? []) assert.ok(network in networks, network);
      for (const volume of settings.volumes ?? []) {
        const [source] = volume.split(":");
        if (source === "./tls") continue; // is the operator's
        if (source.startsWith(".")) assert.ok(existsSync(resolve(folder, source)), source);
        else assert.ok(source in volumes, source);
      }
      if (settings.build !== undefined) {
        const context = resolve(folder, settings.build.context);
        assert.ok(existsSync(join(context, settings.build.dockerfile)));
      }
      assert.doesNotMatch(settings.image, /:latest$|^[^:]+$/, "an image has a version");
    }
  });

  test(`${name}: no secret has a value that could be guessed`, () => {
    const text = read(name);
    const secret = /PASSWORD|MASTER_KEY|SECRET_KEY/;
    for (const [, variable, rest] of text.matchAll(/\$\{(\w+)([^}]*)\}/g))
      if (secret.test(variable)) assert.match(rest, /^:\?/, `${variable} must be given`);
    for (const line of text.split("\n").filter((one) => secret.test(one.split(":")[0])))
      assert.match(line, /\$\{\w+:\?|RANDOM_ROOT_PASSWORD/, line);
  });

  test(`${name}: AIVA has no rights, and time to end`, () => {
    for (const [service, settings] of ours(load(name))) {
      assert.equal(settings.read_only, true, service);
      assert.deepEqual(settings.cap_drop, ["ALL"], service);
      assert.deepEqual(settings.security_opt, ["no-new-privileges:true"], service);
      assert.notEqual(settings.privileged, true);
      const grace = settings.stop_grace_period;
      const seconds = Number(grace.slice(0, -1)) * (grace.endsWith("m") ? 60 : 1);
      const drain = Number(settings.environment.AIVA_SERVER_DRAIN_TIMEOUT_S ?? 20);
      assert.ok(
        seconds >= drain + Number(settings.environment.AIVA_SERVER_DRAIN_DELAY_S ?? 0) + 15,
      );
    }
  });

  test(`${name}: AIVA's variables are settings`, () => {
    const names = ours(load(name)).flatMap(([, { environment }]) => Object.keys(environment));

    assert.deepEqual(findUnknownVariables(names.join(" ")), []);
  });
}

test("the stores are out of everybody's reach but AIVA's", () => {
  const { services, networks } = load("full.yaml");

  assert.equal(networks.stores.internal, true);
  for (const name of ["mariadb", "redis", "objects"]) {
    assert.equal(services[name].ports, undefined, name);
    assert.deepEqual(services[name].networks, ["stores"]);
  }
});

test("the proxy's configuration names the services of the project", () => {
  const conf = readFileSync(join(dirname(folder), "nginx/aiva.conf"), "utf8");
  const { services } = load("full.yaml");

  const servers = [...conf.matchAll(/^ +server (\S+):62001 /gm)].map(([, name]) => name);
  assert.deepEqual(servers, ["api-1", "api-2", "bridge-1"]);
  for (const name of servers) assert.ok(services[name], name);
});

test("Prometheus looks at every process of the project, by the name of its service", () => {
  const { services } = load("full.yaml");
  const [{ targets }] = parse(
    readFileSync(join(dirname(folder), "prometheus/targets/aiva.yml"), "utf8"),
  );

  const processes = ours(load("full.yaml")).map(([name]) => `${name}:62001`);
  assert.deepEqual(targets.toSorted(), processes.toSorted());
  for (const target of targets)
    assert.ok(services[target.split(":")[0]].networks.includes("edge"), target);
});

test("what watches AIVA reaches it and is reached by nobody else", () => {
  const { services } = load("monitoring.yaml");

  assert.deepEqual(services.prometheus.networks, ["edge", "watch"]);
  for (const [name, { networks, ports = [], read_only }] of Object.entries(services)) {
    assert.ok(networks.includes("watch"), name);
    assert.equal(read_only, true, name);
    for (const port of ports) assert.match(port, /^127\.0\.0\.1:/, name);
  }
});

test("secrets of an older version get what is missing", () => {
  const copy = mkdtempSync(join(tmpdir(), "aiva-compose-"));
  try {
    cpSync(join(folder, "make-secrets"), join(copy, "make-secrets"));
    writeFileSync(join(copy, "secrets.env"), "AIVA_REDIS_PASSWORD=ours\n");
    for (let times = 0; times < 2; ++times) spawnSync(join(copy, "make-secrets"));

    const lines = readFileSync(join(copy, "secrets.env"), "utf8").trim().split("\n");
    assert.equal(lines[0], "AIVA_REDIS_PASSWORD=ours");
    assert.match(lines[1], /^AIVA_GRAFANA_PASSWORD=[0-9a-f]{48}$/);
    assert.equal(lines.length, 2);
  } finally {
    rmSync(copy, { recursive: true });
  }
});

test("secrets are made once, long, and for nobody else to read", () => {
  const copy = mkdtempSync(join(tmpdir(), "aiva-compose-"));
  try {
    cpSync(join(folder, "make-secrets"), join(copy, "make-secrets"));
    const make = () => spawnSync(join(copy, "make-secrets"), { encoding: "utf8" });
    const file = join(copy, "secrets.env");

    assert.equal(make().status, 0);
    const first = readFileSync(file, "utf8");
    make();

    assert.equal(readFileSync(file, "utf8"), first);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const values = Object.fromEntries(
      [...first.matchAll(/^(\w+)=(.+)$/gm)].map(([, name, value]) => [name, value]),
    );
    assert.equal(Buffer.from(values.AIVA_IDENTITY_MASTER_KEY, "base64").length, 32);
    const texts = ["full.yaml", "monitoring.yaml"].map(read).join("\n");
    const needed = [...texts.matchAll(/\$\{(\w+):\?run/g)].map(([, name]) => name);
    for (const name of needed) assert.ok(values[name]?.length >= 40, name);
  } finally {
    rmSync(copy, { recursive: true });
  }
});
