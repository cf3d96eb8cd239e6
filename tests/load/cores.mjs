// Which cores a process may use, and how much of them.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";

const root = "/sys/fs/cgroup";
const periodUs = 20_000;

/** Cores for the processes that are measured and for all others; null where there are too few. */
export function shareCores(measured) {
  const cores = availableParallelism();
  if (cores < measured + 2) return null;
  return { measured: (index) => `${index}`, others: `${measured}-${cores - 1}` };
}

/** Binds a process that runs, with all its threads. */
export function pin(pid, cores) {
  execFileSync("taskset", ["-a", "-p", "-c", cores, `${pid}`], { stdio: "ignore" });
}

/**
 * Leaves a process so much of a core, by a control group of its own; answers what removes the group
 * once the process has ended. Needs the right to make one.
 */
export function limit(pid, share) {
  const name = `aiva-${process.pid}-${pid}`;
  const isFirstVersion = existsSync(join(root, "cpu", "cpu.cfs_quota_us"));
  const folder = isFirstVersion ? join(root, "cpu", name) : join(root, name);
  const quota = Math.round(periodUs * share);
  mkdirSync(folder);
  if (isFirstVersion) {
    writeFileSync(join(folder, "cpu.cfs_period_us"), `${periodUs}`);
    writeFileSync(join(folder, "cpu.cfs_quota_us"), `${quota}`);
  } else {
    writeFileSync(join(folder, "cpu.max"), `${quota} ${periodUs}`);
  }
  writeFileSync(join(folder, "cgroup.procs"), `${pid}`);
  return () => rmdirSync(folder);
}
