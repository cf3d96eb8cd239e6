import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Room } from "./room.mjs";

// The package on a machine where systemd runs: the unit with everything it forbids is really used.

const file = process.env.AIVA_DEB;
const skip = file === undefined ? "AIVA_DEB is not set" : process.getuid() !== 0 && "needs root";
const oldDocument = new URL(
  "../../src/adapters/docworker/testdata/lighthouse.doc",
  import.meta.url,
);
const url = "http://127.0.0.1:62001";
let folder;
let room;

before(async () => {
  if (skip) return;
  folder = mkdtempSync(join(tmpdir(), "aiva-service-"));
  execFileSync("cp", [file, join(folder, "aiva.deb")]);
  execFileSync("cp", [fileURLToPath(oldDocument), folder]);
  room = await Room.open(folder, { isBooted: true });
  await room.until("systemctl is-system-running | grep -E 'running|degraded'");
  // Of a build with sanitizers: it would look for leaks with what the unit forbids.
  room.run("mkdir -p /etc/aiva && echo ASAN_OPTIONS=detect_leaks=0 >/etc/aiva/environment");
});
after(() => {
  room?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

const show = (name) => room.run(`systemctl show --value -p ${name} aiva.service`);

test("installing starts the service, as its user and without any right", { skip }, async () => {
  room.run("apt-get -q -y install --no-install-recommends /packages/aiva.deb");
  await room.until(`curl -sf ${url}/readyz`);

  assert.equal(show("ActiveState"), "active");
  const status = room.run(`cat /proc/${show("MainPID")}/status`);
  assert.match(status, /^CapEff:\s+0+$/m);
  assert.match(status, /^CapBnd:\s+0+$/m);
  assert.match(status, /^NoNewPrivs:\s+1$/m);
  assert.match(status, /^Seccomp:\s+2$/m);
  assert.equal(room.run(`stat -c %U /proc/${show("MainPID")}`), "aiva");
});

test("systemd knows every line of the unit and finds little to attack", { skip }, () => {
  assert.equal(room.run("systemd-analyze verify aiva.service 2>&1"), "");
  room.run("systemd-analyze security --threshold=25 aiva.service");
});

test("what the unit forbids keeps no document from being read", { skip }, async () => {
  const password = room.run("journalctl -u aiva -o cat").match(/Password: +(\S+)/)[1];
  const ask = (method, path, options) =>
    JSON.parse(room.run(`curl -sS -X ${method} ${url}${path} ${options}`));
  const login = ask(
    "POST",
    "/api/auth/login",
    `--json '{"email":"admin@localhost.localdomain","password":"${password}"}'`,
  );
  const bearer = `-H 'authorization: Bearer ${login.data.token}'`;
  const bases = `/api/knowledge/${login.data.user.tenant_id}/knowledge-bases`;
  const base = ask("POST", bases, `${bearer} --json '{"name":"Handbook"}'`).data.id;

  // One that readers take apart, and one that a program of the system has to convert.
  const documents = [
    "/usr/share/aiva/samples/lumen-outdoor-handbook.pdf",
    "/packages/lighthouse.doc",
  ];
  for (const document of documents)
    ask("POST", `${bases}/${base}/documents/upload`, `${bearer} -F file=@${document}`);
  const list = `curl -sS ${bearer} ${url}${bases}/${base}/documents`;
  await room.until(`[ $(${list} | grep -o '"status":"completed"' | wc -l) = 2 ]`);

  for (const { total_chunks } of ask("GET", `${bases}/${base}/documents`, bearer).data.items)
    assert.ok(total_chunks > 0);
  const reader = room.run("pgrep -o -x aiva-docworker");
  assert.notEqual(
    room.run(`readlink /proc/${reader}/ns/net`),
    room.run(`readlink /proc/${show("MainPID")}/ns/net`),
    "readers are without a network",
  );
});

test("a killed service comes back, a stopped one ends in peace", { skip }, async () => {
  const before = show("MainPID");

  room.run("systemctl kill -s KILL aiva.service");
  await room.until(
    `[ "$(systemctl show --value -p MainPID aiva)" != ${before} ] && curl -sf ${url}/readyz`,
  );
  room.run("systemctl stop aiva.service");

  assert.equal(show("Result"), "success");
  assert.equal(show("ExecMainStatus"), "0");
});

test("an upgrade starts the new program, and removing stops it", { skip }, async () => {
  room.run("systemctl start aiva.service");
  await room.until(`curl -sf ${url}/readyz`);
  const before = show("MainPID");

  room.run("dpkg -i /packages/aiva.deb");
  await room.until(`curl -sf ${url}/readyz`);

  assert.notEqual(show("MainPID"), before);
  room.run("dpkg -r aiva");
  assert.equal(room.run("pgrep -x aiva || true"), "");
});
