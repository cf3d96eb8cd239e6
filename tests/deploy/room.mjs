// A copy of this machine's file system in which packages can be installed and services run, and
// which is gone with the test: an overlay, in namespaces of its own for mounts, processes, the
// network and the rest. Needs root.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const furnish = `
set -e
mount -t tmpfs -o size=4g room "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay room -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
cd "$1/root"
mkdir packages old
mount --rbind "$2" packages
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount --rbind /dev dev
mount -t tmpfs run run
mount -t tmpfs tmp tmp
pivot_root . old
umount -l old
rmdir old
ip link set lo up
echo ready
`;

// Only what the package brings is started.
const boot = `
rm -rf /etc/systemd/system/*.wants
ln -sf /lib/systemd/system/multi-user.target /etc/systemd/system/default.target
mkdir /etc/systemd/system-preset
echo 'enable aiva.service' >/etc/systemd/system-preset/00-room.preset
for unit in systemd-udevd systemd-logind systemd-resolved systemd-networkd systemd-timesyncd; do
  ln -sf /dev/null "/etc/systemd/system/$unit.service"
done
printf '#!/bin/sh\\nexit 0\\n' >/usr/sbin/policy-rc.d
exec env -i container=room PATH=/usr/sbin:/usr/bin:/sbin:/bin \\
  /lib/systemd/systemd --system --log-target=null --show-status=0
`;

export class Room {
  /**
   * With what is in `packages` under /packages; `isBooted`: systemd is its first process.
   */
  static async open(packages, { isBooted = false } = {}) {
    const room = new Room();
    room.folder = mkdtempSync(join(tmpdir(), "aiva-room-"));
    const separate = ["--mount", "--pid", "--net", "--ipc", "--uts", "--cgroup"];
    const script = furnish + (isBooted ? boot : "exec sleep infinity\n");
    const words = ["--fork", "--kill-child", "bash", "-c", script, "room", room.folder, packages];
    room.keeper = spawn("unshare", [...separate, ...words], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise((ready, failed) => {
      room.keeper.stdout.once("data", ready);
      room.keeper.once("exit", () => failed(new Error("the room cannot be furnished")));
    });
    const { stdout } = spawnSync("pgrep", ["-P", `${room.keeper.pid}`], { encoding: "utf8" });
    room.first = stdout.trim();
    return room;
  }

  words(script) {
    const enter = ["--target", this.first, "--mount", "--pid", "--net", "--ipc", "--uts"];
    const environment = ["/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"];
    return [...enter, ...environment, "DEBIAN_FRONTEND=noninteractive", "sh", "-c", script];
  }

  /** What a shell script in the room says; throws when it fails. */
  run(script) {
    const { status, stdout, stderr } = spawnSync("nsenter", this.words(script), {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`${script}\nended with ${status}:\n${stdout}${stderr}`);
    return stdout.trim();
  }

  /** Runs a script until it succeeds, for half a minute at most. */
  async until(script) {
    for (let tries = 0; ; ++tries) {
      try {
        return this.run(script);
      } catch (error) {
        if (tries === 60) throw error;
      }
      await new Promise((passed) => setTimeout(passed, 500));
    }
  }

  close() {
    this.keeper.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}
