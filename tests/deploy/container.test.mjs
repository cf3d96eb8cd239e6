import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

// The Dockerfile, built by buildah over a Debian that debootstrap made: takes minutes and fetches
// packages, so only with AIVA_CONTAINER=1. What it leaves out is compiling (PROGRAM=compiled).

const root = fileURLToPath(new URL("../..", import.meta.url));
const isWanted = process.env.AIVA_CONTAINER === "1" && process.env.AIVA_DEB !== undefined;
const skip = isWanted
  ? process.getuid() !== 0 && "needs root"
  : "AIVA_CONTAINER=1 and AIVA_DEB are not set";
let storage;

function run(command, ...words) {
  const options = { encoding: "utf8", cwd: root, maxBuffer: 1 << 26 };
  const { status, stdout, stderr } = spawnSync(command, words, options);
  assert.equal(
    status,
    0,
    `${command} ${words.join(" ")}:\n${stdout.slice(-4000)}${stderr.slice(-4000)}`,
  );
  return stdout.trim();
}

const buildah = (...words) =>
  run(
    "buildah",
    "--root",
    `${storage}/all`,
    "--runroot",
    `${storage}/run`,
    "--storage-driver",
    "overlay",
    ...words,
  );

// debian:bookworm-slim cannot be pulled without a registry; this one is what it is made of.
function makeDebian() {
  const base = join(root, "build/debian");
  if (!existsSync(join(base, "etc/debian_version"))) {
    rmSync(base, { recursive: true, force: true });
    const targets = run(
      "apt-get",
      "indextargets",
      "--format",
      "$(REPO_URI) $(RELEASE) $(COMPONENT)",
      "Created-By: Packages",
    );
    const mirror = targets
      .split("\n")
      .find((line) => line.endsWith(" bookworm main"))
      .split(" ")[0];
    run("debootstrap", "--variant=minbase", "bookworm", base, mirror);
  }
  const container = buildah("from", "scratch");
  buildah("add", "--quiet", container, base, "/");
  buildah("commit", "--quiet", container, "docker.io/library/debian:bookworm-slim");
  buildah("rm", container);
}

function build(target) {
  buildah(
    ...["bud", "--isolation", "chroot", "--layers", "--format", "docker", "--pull-never"],
    ...["--build-arg", "PROGRAM=packaged", "--file", "deploy/docker/Dockerfile"],
    ...["--target", target, "--tag", `aiva:${target}`, "."],
  );
}

before(() => {
  if (skip) return;
  storage = mkdtempSync(join(tmpdir(), "aiva-storage-"));
  makeDebian();
});
after(() => {
  if (storage === undefined) return;
  buildah("rm", "--all");
  rmSync(storage, { recursive: true, force: true });
});

test("both images are built, and say who they run as and when they are well", { skip }, () => {
  for (const target of ["slim", "full"]) {
    build(target);
    const { Docker } = JSON.parse(
      buildah("inspect", "--type", "image", `localhost/aiva:${target}`),
    );
    const { User, Entrypoint, Healthcheck, Volumes } = Docker.config;
    assert.equal(User, "10001:10001");
    assert.deepEqual(Entrypoint, ["/usr/bin/aiva"]);
    assert.deepEqual(Healthcheck.Test, ["CMD", "/usr/lib/aiva/healthcheck"]);
    assert.deepEqual(Object.keys(Volumes), ["/var/lib/aiva"]);
  }
});

test("models are layers of their own over the slim image", { skip }, () => {
  const layersOf = (target) =>
    JSON.parse(buildah("inspect", "--type", "image", `localhost/aiva:${target}`)).Docker.rootfs
      .diff_ids;

  const [slim, full] = [layersOf("slim"), layersOf("full")];

  assert.deepEqual(full.slice(0, slim.length), slim);
  assert.equal(full.length, slim.length + 1);
});

test("the program runs in them", { skip }, () => {
  for (const target of ["slim", "full"]) {
    const container = buildah("from", "--pull-never", `localhost/aiva:${target}`);
    const said = buildah(
      "run",
      "--isolation",
      "chroot",
      container,
      "--",
      "/usr/bin/aiva",
      "version",
    );
    assert.match(said, /^aiva \d/);
    buildah("rm", container);
  }
});
