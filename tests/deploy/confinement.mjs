// A group of processes with a limit of its own on the time of cores, as a container has: what is
// busy in it does not depend on who else works on this machine. Needs root.
import { mkdirSync, mkdtempSync, rmSync, rmdirSync } from "node:fs";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Program } from "./program.mjs";

const groups = "/sys/fs/cgroup";
const periodUs = 100_000;

const hasUnified = () =>
  existsSync(`${groups}/cgroup.controllers`) &&
  readFileSync(`${groups}/cgroup.controllers`, "utf8").split(/\s/).includes("cpu");
const hasBoth = () =>
  existsSync(`${groups}/unified/cgroup.procs`) && existsSync(`${groups}/cpu/cgroup.procs`);

export class Confinement {
  folder = mkdtempSync(join(tmpdir(), "aiva-confined-"));
  groups = [];
  programs = [];

  /** With `cores` cores, or parts of one. */
  constructor(cores) {
    this.name = basename(this.folder);
    this.quotaUs = Math.round(cores * periodUs);
    process.once("exit", () => {
      try {
        this.leave();
      } catch {
        // What was just killed may be in it still: an empty group stays until the next start.
      }
    });
    if (hasUnified()) this.makeUnified();
    else this.makeBoth();
  }

  makeUnified() {
    writeFileSync(`${groups}/cgroup.subtree_control`, "+cpu");
    this.groups = [`${groups}/${this.name}`];
    mkdirSync(this.groups[0]);
    writeFileSync(`${this.groups[0]}/cpu.max`, `${this.quotaUs} ${periodUs}`);
    this.look = ":";
  }

  // Where the limit is held by a hierarchy of the first version, the unified one beside it counts
  // the time, and has no file for the limit: the confined see one that has both.
  makeBoth() {
    this.groups = [`${groups}/cpu/${this.name}`, `${groups}/unified/${this.name}`];
    for (const group of this.groups) mkdirSync(group);
    writeFileSync(`${this.groups[0]}/cpu.cfs_period_us`, `${periodUs}`);
    writeFileSync(`${this.groups[0]}/cpu.cfs_quota_us`, `${this.quotaUs}`);
    const seen = `${this.folder}/${this.name}`;
    mkdirSync(seen);
    writeFileSync(`${seen}/cpu.max`, `${this.quotaUs} ${periodUs}\n`);
    writeFileSync(`${seen}/cpu.stat`, "");
    this.look =
      `mount --bind ${this.groups[1]}/cpu.stat ${seen}/cpu.stat && ` +
      `mount --rbind ${this.folder} ${groups}`;
  }

  /** Words to put before those of a program that is to run in here. */
  get words() {
    const enter = this.groups.map((group) => `echo $$ >${group}/cgroup.procs`).join(" && ");
    const script = `${enter} && ${this.look} && exec "$@"`;
    return ["unshare", "--mount", "bash", "-c", script, "confined"];
  }

  /** Runs a program in here until close(). */
  start(...words) {
    const [first, ...others] = [...this.words, ...words];
    this.programs.push(new Program(first, others));
  }

  /** Ends what start() began. */
  async end() {
    for (const program of this.programs) await program.end("SIGKILL");
  }

  /** Ends all that runs in here, and removes the group. */
  async close() {
    for (let tries = 0; ; ++tries, await pause(100)) {
      try {
        const running = readFileSync(`${this.groups[0]}/cgroup.procs`, "utf8").split("\n");
        for (const pid of running.filter(Number)) process.kill(Number(pid), "SIGKILL");
        return this.leave();
      } catch (error) {
        if (!["EBUSY", "ESRCH"].includes(error.code) || tries === 50) throw error;
      }
    }
  }

  leave() {
    for (const group of [...this.groups].reverse()) if (existsSync(group)) rmdirSync(group);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Whether this machine lets groups be made. */
export function canConfine() {
  if (process.getuid() !== 0 || !(hasUnified() || hasBoth())) return false;
  try {
    new Confinement(1).leave();
    return true;
  } catch {
    return false;
  }
}
