// What a process and its children use, read from /proc.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const ticksPerSecond = 100; // USER_HZ of Linux, whatever the machine

/** What is there of a file that may vanish while it is read. */
const read = (file) => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
};
const list = (folder) => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

function childrenOf(pid) {
  const ids = list(`/proc/${pid}/task`).flatMap((task) =>
    read(`/proc/${pid}/task/${task}/children`).split(" ").filter(Boolean),
  );
  return [...new Set(ids)].map(Number);
}

const treeOf = (pid) => [pid, ...childrenOf(pid).flatMap(treeOf)];

function cpuSecondsOf(pid) {
  const fields = read(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, "")
    .split(" ");
  // utime, stime, and those of children that have ended
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field ?? 0), 0) / ticksPerSecond;
}

/** {cpu_s, resident_mb} with children; {own_resident_mb, descriptors, sockets, threads} alone. */
export function figuresOf(pid) {
  const residentMb = (id) =>
    Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${id}/status`))?.[1] ?? 0) / 1024;
  const tree = treeOf(pid);
  const links = list(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return "";
    }
  });
  return {
    cpu_s: tree.reduce((sum, id) => sum + cpuSecondsOf(id), 0),
    resident_mb: tree.reduce((sum, id) => sum + residentMb(id), 0),
    own_resident_mb: residentMb(pid),
    descriptors: links.length,
    sockets: links.filter((link) => link.startsWith("socket:")).length,
    threads: list(`/proc/${pid}/task`).length,
  };
}
