import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Program } from "./program.mjs";
import { Room } from "./room.mjs";

// The package as `./dev package deb` makes it is installed, used, upgraded and removed in a copy of
// this machine.

const file = process.env.AIVA_DEB;
const skip = file === undefined ? "AIVA_DEB is not set" : process.getuid() !== 0 && "needs root";
let folder;
let room;

const field = (name) => execFileSync("dpkg-deb", ["-f", file, name], { encoding: "utf8" }).trim();

// The same package under a higher version, whose configuration has one more line.
function makeNext() {
  const tree = join(folder, "next");
  execFileSync("dpkg-deb", ["-R", file, tree]);
  const control = join(tree, "DEBIAN/control");
  const text = readFileSync(control, "utf8");
  writeFileSync(control, text.replace(/^Version: (.*)$/m, "Version: $1+next"));
  const settings = join(tree, "etc/aiva/aiva.toml");
  writeFileSync(settings, `${readFileSync(settings, "utf8")}# of the next version\n`);
  execFileSync("dpkg-deb", ["-b", "-Znone", tree, join(folder, "next.deb")]);
  rmSync(tree, { recursive: true });
}

before(async () => {
  if (skip) return;
  folder = mkdtempSync(join(tmpdir(), "aiva-deb-"));
  mkdirSync(join(folder, "packages"));
  execFileSync("cp", [file, join(folder, "aiva.deb")]);
  makeNext();
  room = await Room.open(folder);
});
after(() => {
  room?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

const state = () => room.run("dpkg-query -W -f '${db:Status-Status} ${Version}' aiva");
const exists = (path) => room.run(`[ -e ${path} ] && echo yes || echo no`) === "yes";
const asAiva = (words) => `runuser -u aiva -- ${words}`;

/** Serves as the unit does and calls `use` with its announcement. */
async function serve(use) {
  const words = asAiva("/usr/bin/aiva serve --json --port 0 --config /etc/aiva/aiva.toml");
  const program = new Program("nsenter", room.words(`exec ${words}`));
  const find = () => program.log.split("\n").find((line) => line.startsWith('{"url"'));
  await program.until(() => find() !== undefined, "the installed aiva");
  try {
    return await use(JSON.parse(find()));
  } finally {
    room.run("pkill -TERM -x aiva");
    const { code } = await program.ended;
    assert.equal(code, 0, program.log);
  }
}

test("the package says what it needs, by libraries of Debian 12 alone", { skip }, () => {
  assert.equal(field("Package"), "aiva");
  for (const name of ["libc6", "libssl3", "libicu72", "libsqlite3-0", "adduser"])
    assert.match(field("Depends"), new RegExp(`(^|, )${name}\\b`));
  assert.doesNotMatch(field("Depends"), /-dev\b|clang/);
});

test(
  "it is installed with its user, its folder and its service, which is not started",
  { skip },
  () => {
    room.run("apt-get -q -y -o Dpkg::Use-Pty=0 install --no-install-recommends /packages/aiva.deb");

    assert.equal(state(), `installed ${field("Version")}`);
    assert.match(room.run("getent passwd aiva"), /:\/var\/lib\/aiva:\/usr\/sbin\/nologin$/);
    assert.equal(room.run("stat -c '%U %G %a' /var/lib/aiva"), "aiva aiva 750");
    assert.equal(room.run("stat -c '%U %a' /etc/aiva/aiva.toml"), "root 644");
    assert.equal(room.run("systemctl --root=/ is-enabled aiva.service"), "enabled");
    assert.ok(exists("/etc/systemd/system/multi-user.target.wants/aiva.service"));
    assert.equal(room.run("pgrep -x aiva || true"), "");
    for (const path of ["bin/aiva", "lib/aiva/aiva-docworker", "share/aiva/samples"])
      assert.ok(exists(`/usr/${path}`), path);
    assert.ok(exists("/usr/share/aiva/console/index.html"));
    assert.ok(exists("/usr/share/aiva/console/docs/guides/quick-start.html"));
    assert.equal(room.run("dpkg --verify aiva"), "", "every file as the package has it");
  },
);

test("installed, it reads documents and finds things in them", { skip }, async () => {
  const samples = "aiva ingest /usr/share/aiva/samples --kb Handbook --config /etc/aiva/aiva.toml";
  room.run(asAiva(samples));

  const said = room.run(
    asAiva('aiva ask --kb Handbook --config /etc/aiva/aiva.toml "When are refunds paid?"'),
  );
  const health = await serve(async ({ url }) => {
    const port = new URL(url).port;
    return room.run(
      `curl -sf http://127.0.0.1:${port}/readyz && curl -sf http://127.0.0.1:${port}/docs/guides/quick-start`,
    );
  });

  assert.match(said, /refund/i);
  assert.match(health, /"status":"ready"/);
  assert.match(health, /<h1 id="quick-start">/);
  assert.equal(room.run("stat -c '%U %a' /var/lib/aiva/aiva.db").split(" ")[0], "aiva");
});

test("an upgrade keeps what was changed and what was stored", { skip }, async () => {
  room.run("sed -i 's/127.0.0.1/127.0.0.2/' /etc/aiva/aiva.toml");

  room.run("DEBIAN_FRONTEND=noninteractive dpkg --force-confold -i /packages/next.deb");

  assert.equal(state(), `installed ${field("Version")}+next`);
  assert.match(room.run("cat /etc/aiva/aiva.toml"), /127\.0\.0\.2/);
  assert.match(room.run("cat /etc/aiva/aiva.toml.dpkg-dist"), /of the next version/);
  assert.equal(room.run("systemctl --root=/ is-enabled aiva.service"), "enabled");
  const said = await serve(({ url }) => {
    assert.match(url, /127\.0\.0\.2/);
    return room.run(`curl -sf ${url}/readyz`);
  });
  assert.match(said, /"status":"ready"/);
  const users = room.run(asAiva("aiva user list --config /etc/aiva/aiva.toml"));
  assert.match(users, /admin/);
});

test("an upgrade leaves a service off that was switched off", { skip }, () => {
  room.run("systemctl --root=/ disable aiva.service");

  room.run("dpkg --force-confold -i /packages/next.deb");

  assert.ok(!exists("/etc/systemd/system/multi-user.target.wants/aiva.service"));
});

test("removed, it leaves settings and data; purged, data alone", { skip }, () => {
  room.run("dpkg -r aiva");

  assert.ok(!exists("/usr/bin/aiva") && !exists("/usr/lib/aiva"));
  assert.ok(exists("/etc/aiva/aiva.toml") && exists("/var/lib/aiva/aiva.db"));

  const said = room.run("dpkg -P aiva");

  assert.match(said, /\/var\/lib\/aiva and the user aiva stay/);
  assert.ok(!exists("/etc/aiva") && exists("/var/lib/aiva/aiva.db"));
  assert.equal(
    room.run(
      "find /etc/systemd /var/lib/systemd/deb-systemd-helper-* -name 'aiva*' 2>/dev/null || true",
    ),
    "",
  );
});

test("without data nothing at all is left", { skip }, () => {
  room.run("rm -rf /var/lib/aiva");
  room.run("dpkg -i /packages/aiva.deb");

  room.run("dpkg -P aiva");

  assert.ok(!exists("/var/lib/aiva") && !exists("/etc/aiva"));
  assert.equal(room.run("getent passwd aiva || true"), "");
  assert.ok(!existsSync("/usr/bin/aiva"), "nothing of it reached this machine");
});
