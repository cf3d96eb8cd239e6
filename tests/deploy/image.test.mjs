import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Program } from "./program.mjs";
import { Room } from "./room.mjs";
import { findUnknownVariables } from "./settings.mjs";

// What the Dockerfile's last stages hold, gathered by its own script on this machine and run
// without anything else in sight. container.test.mjs has the Dockerfile itself built.

const root = fileURLToPath(new URL("../..", import.meta.url));
const dockerfile = readFileSync(join(root, "deploy/docker/Dockerfile"), "utf8");
const file = process.env.AIVA_DEB;
const skip = file === undefined ? "AIVA_DEB is not set" : process.getuid() !== 0 && "needs root";
const models = [
  "onnxruntime",
  "sentence_encoder",
  "image_model",
  "speech_recognizer",
  "voice_detector",
];
let folder;
let room;

before(() => prepare());
after(() => {
  room?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

async function prepare() {
  if (skip) return;
  folder = mkdtempSync(join(tmpdir(), "aiva-image-"));
  execFileSync("cp", [file, join(folder, "aiva.deb")]);
  for (const name of ["gather", "healthcheck", "aiva.toml"])
    execFileSync("cp", ["-p", join(root, "deploy/docker", name), folder]);
  room = await Room.open(folder);
  room.run("dpkg -i /packages/aiva.deb && bash /packages/gather /image/slim /image/extra");
  room.run("cp /packages/aiva.toml /image/slim/etc/aiva/");
  room.run("install -m 755 /packages/healthcheck /image/slim/usr/lib/aiva/");
}

const bytes = (path) => Number(room.run(`du -sb ${path} | cut -f1`));

/** Serves in the given file system as its user, with `environment`, until `use` has ended. */
async function serve(place, environment, use) {
  room.run(`mount -t proc proc ${place}/proc && mount --bind /dev ${place}/dev`);
  const chroot = `chroot --userspec=10001:10001 ${place}`;
  const inside = (words) =>
    `env -i ASAN_OPTIONS=detect_leaks=0 ${environment} /usr/sbin/${chroot} ${words}`;
  const words = inside("/usr/bin/aiva serve --config /etc/aiva/aiva.toml");
  const program = new Program("nsenter", room.words(`exec ${words}`));
  const isReady = () => {
    try {
      room.run(inside("/usr/lib/aiva/healthcheck 2>/dev/null"));
      return true;
    } catch {
      return false;
    }
  };
  try {
    await program.until(isReady, "the container");
    await use(inside, program);
  } finally {
    room.run("pkill -TERM -x aiva || true");
    await program.ended;
    room.run(`umount ${place}/proc ${place}/dev`);
  }
}

test("the Dockerfile copies what exists and ends without rights", () => {
  const sources = [...dockerfile.matchAll(/^COPY (?!--from)(?:--\S+ )*(\S+) /gm)].map(
    ([, path]) => path,
  );
  for (const path of sources.filter((one) => one !== "." && !one.startsWith("build/")))
    assert.ok(existsSync(join(root, path)), path);
  const stages = [...dockerfile.matchAll(/^FROM (\S+) AS (\S+)$/gm)].map(([, from, name]) => ({
    from,
    name,
  }));
  const names = stages.map(({ name }) => name);
  for (const [, from] of dockerfile.matchAll(/^COPY --from=(\S+)/gm))
    assert.ok(names.includes(from));
  assert.deepEqual(names.slice(-2), ["slim", "full"]);
  assert.equal(stages.find(({ name }) => name === "slim").from, "scratch");
  assert.match(dockerfile, /^USER 10001:10001$/m);
  assert.match(dockerfile, /^HEALTHCHECK /m);
  assert.doesNotMatch(dockerfile, /^(ENV|ARG) .*(PASSWORD|KEY|SECRET|TOKEN)/m);
});

test("the context has the package and no history, builds or fetched files", () => {
  const lines = readFileSync(join(root, ".dockerignore"), "utf8").split("\n");

  for (const line of [".git", "build", "!build/package/aiva_*_amd64.deb", "native/unpacked"])
    assert.ok(lines.includes(line), line);
});

test("without models an image takes 150 MB at most", { skip }, () => {
  const size = bytes("/image/slim");

  assert.ok(size <= 150e6, `${(size / 1e6).toFixed(1)} MB`);
  for (const name of models)
    assert.equal(room.run(`ls /image/slim/usr/lib/aiva/native | grep -c ${name} || true`), "0");
});

test(
  "every file of the image is there for the program, and records tell its packages",
  { skip },
  () => {
    const found = room.run("ls /image/slim/var/lib/dpkg/status.d").split("\n");

    for (const name of ["aiva", "bash", "libc6", "libssl3"]) assert.ok(found.includes(name), name);
    const programs = room.run("find /image/slim/usr/bin -type f").split("\n").sort();
    assert.deepEqual(programs, ["/image/slim/usr/bin/aiva", "/image/slim/usr/bin/bash"]);
    assert.equal(room.run("find /image -perm /6000 -type f"), "", "nothing runs as another user");
    assert.equal(room.run("find /image/slim -user 10001"), "/image/slim/var/lib/aiva");
  },
);

test("without models it serves with those of a provider", { skip }, async () => {
  const environment = "AIVA_EMBEDDER_PROVIDER=none AIVA_VOICE_PROVIDER=none";
  room.run("cp -a /image/slim /image/one");

  await serve("/image/one", environment, (_, program) => {
    assert.equal(room.run("stat -c %u /proc/$(pgrep -x aiva)"), "10001");
    assert.doesNotMatch(program.log, /"level":"error"/);
  });
});

test("with models it reads, finds and recognises by itself", { skip }, async () => {
  room.run("cp -a /image/slim /image/all && cp -a /image/extra/. /image/all/");
  room.run("cp -r /usr/share/aiva/samples /image/all/samples");

  await serve("/image/all", "", (inside) => {
    const settings = "--config /etc/aiva/aiva.toml";
    room.run(inside(`/usr/bin/aiva ingest /samples --kb Handbook ${settings}`));
    const question = "Within how many days are refunds paid?";
    const said = room.run(inside(`/usr/bin/aiva ask --kb Handbook ${settings} "${question}"`));
    assert.match(said, /refund/i);
    const report = room.run(`${inside(`/usr/bin/aiva doctor ${settings}`)} || true`);
    for (const part of ["PDFium", "text recognition", "embedder", "document reader", "rows"])
      assert.match(report, new RegExp(`^ok +${part}`, "m"), report);
  });
});

test("variables in files of the container are settings", () => {
  for (const name of ["healthcheck", "Dockerfile"])
    assert.deepEqual(
      findUnknownVariables(readFileSync(join(root, "deploy/docker", name), "utf8")),
      [],
    );
});
