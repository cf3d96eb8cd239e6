import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Json } from "./client.ts";
import { run, Server } from "./server.ts";

let server: Server;
let folder: string;
let measurement: string; // a file

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiva-plan-"));
  measurement = join(folder, "measured.json");
  server = await Server.start();
});
after(async () => {
  await server.remove();
  rmSync(folder, { recursive: true, force: true });
});

const byId = (findings: Json[], id: string): Json =>
  findings.find((finding: Json) => finding.id === id);

test("a machine is measured once and planned with again", async () => {
  const words = ["plan", "--data", join(folder, "data"), "--measure-seconds", "5", "--json"];
  const first = await run([...words, "--tier", "small"]);
  assert.equal(first.code, 0, first.err);
  const plan = JSON.parse(first.out);
  assert.equal(plan.tier, "small");
  for (const name of ["cached_request_cpu_ms", "search_cpu_ms", "turn_cpu_ms", "chunk_cpu_ms"])
    assert.ok(plan.measurement[name] > 0, name);
  assert.ok(plan.measurement.search_cpu_ms > plan.measurement.cached_request_cpu_ms);
  writeFileSync(measurement, first.out);

  const second = await run(["plan", "--users", "1200", "--measured", measurement, "--json"]);
  assert.equal(second.code, 0, second.err);
  const large = JSON.parse(second.out);
  assert.equal(large.tier, "very-large");
  assert.equal(large.is_one_machine, false);
  assert.equal(large.measurement.measured_at, plan.measurement.measured_at);
  for (const line of large.lines) assert.notEqual(line.why, "", line.id);
});

test("a plan for people stands beside the guide and says why", async () => {
  const shown = await run(["plan", "--tier", "large", "--measured", measurement, "--why"]);

  assert.equal(shown.code, 0, shown.err);
  assert.match(shown.out, /guide: 16 cores, 32 GB, 1 TB NVMe \(S96\)/);
  assert.match(shown.out, /measured here/);
  assert.match(shown.out, /^Cost a month, USD$/m);
});

test("prices that are wrong are named, and so is a plan for nothing", async () => {
  const prices = join(folder, "prices.toml");
  writeFileSync(prices, "[habits]\nbusy_hours = 30\n");

  const wrong = await run([
    "plan",
    "--tier",
    "small",
    "--measured",
    measurement,
    "--prices",
    prices,
  ]);
  const nothing = await run(["plan", "--measured", measurement]);

  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /habits\.busy_hours is out of range/);
  assert.equal(nothing.code, 2);
  assert.match(nothing.err, /Say what is wanted/);
});

test("a running server is judged by its figures", async () => {
  const client = await server.admin();
  const made = await client.post("/api/keys", { name: "doctor", scopes: ["knowledge.read"] });
  for (let i = 0; i < 30; ++i) await client.get("/api/knowledge");

  const words = ["doctor", "--url", server.ready.url, "--watch-seconds", "1", "--json"];
  const visit = await run([...words, "--key", made.body.data.key]);

  const findings = JSON.parse(visit.out) as Json[];
  for (const id of ["launch.tls", "live.health", "live.readiness", "live.clock", "live.key"])
    assert.equal(byId(findings, id).outcome, "pass", JSON.stringify(byId(findings, id)));
  assert.equal(byId(findings, "live.round_trip").outcome, "pass");
  assert.equal(byId(findings, "launch.rate_limits").outcome, "pass");
  assert.equal(byId(findings, "figures.server_errors").outcome, "pass");
  assert.equal(byId(findings, "launch.monitoring").outcome, "warn");
  assert.equal(byId(findings, "launch.alerts").outcome, "skipped");
  for (const finding of findings) {
    assert.notEqual(finding.found, "", finding.id);
    if (["warn", "fail"].includes(finding.outcome)) assert.notEqual(finding.remedy, "", finding.id);
  }
});

test("a server that is not there is a failure with a remedy", async () => {
  const visit = await run(["doctor", "--url", "http://127.0.0.1:1"]);

  assert.equal(visit.code, 1);
  assert.match(visit.out, /FAIL +health/);
  assert.match(visit.out, /-> Is the server running/);
});

test("an installation is checked before launch", async () => {
  const backups = join(folder, "backups");
  const before = await run(["doctor", "--data", server.folder, "--backups", backups, "--json"]);
  const backup = await run(["backup", "--data", server.folder, "--to", backups]);
  const later = await run(["doctor", "--data", server.folder, "--backups", backups, "--json"]);

  assert.equal(backup.code, 0, backup.err);
  const first = JSON.parse(before.out) as Json[];
  const second = JSON.parse(later.out) as Json[];
  assert.equal(byId(first, "launch.backups").outcome, "fail");
  assert.equal(byId(second, "launch.backups").outcome, "pass");
  for (const id of ["launch.indexes", "launch.rate_limits", "launch.secrets", "launch.master_key"])
    assert.equal(byId(second, id).outcome, "pass", JSON.stringify(byId(second, id)));
});
