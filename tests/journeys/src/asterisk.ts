import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server as TcpServer } from "node:net";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import { Phone } from "./phone.ts";
import { repository } from "./server.ts";

const root = join(repository, "build/asterisk/root");

/** Whether tests/components/asterisk has put an Asterisk there. */
export const hasAsterisk = existsSync(join(repository, "build/asterisk/.done"));

const modules = [
  "res_timing_timerfd",
  "res_audiosocket",
  "app_audiosocket",
  "chan_audiosocket",
  "res_rtp_asterisk",
  "chan_rtp",
  "res_curl",
  "func_curl",
  "func_json",
  "func_uuid",
  "func_channel",
  "func_callerid",
  "func_strings",
  "func_logic",
  "pbx_config",
  "app_verbose",
  "app_senddtmf",
  "app_waitforsilence",
  "bridge_simple",
  "codec_ulaw",
  "codec_resample",
  "res_clioriginate",
];

/** What telephones that speak SIP need. */
export const sipModules = [
  "res_sorcery_config",
  "res_sorcery_memory",
  "res_sorcery_astdb",
  "res_pjproject",
  "res_pjsip",
  "res_pjsip_session",
  "res_pjsip_pubsub",
  "res_pjsip_sdp_rtp",
  "res_rtp_asterisk",
  "res_pjsip_endpoint_identifier_anonymous",
  "chan_pjsip",
  "app_dial",
];

/** What chan_websocket needs. */
export const websocketModules = ["res_http_websocket", "res_websocket_client", "chan_websocket"];

export interface Configuration {
  modules?: string[];
  files?: Record<string, string>; // by name
}

/** A real Asterisk in a chroot, without any network but loopback. */
export class Asterisk {
  private readonly child: ChildProcess;
  private readonly folder: string; // within the root
  private readonly callers: TcpServer;
  private readonly waiting: ((phone: Phone) => void)[] = [];
  log = "";

  private constructor(folder: string, child: ChildProcess, callers: TcpServer) {
    this.folder = folder;
    this.child = child;
    this.callers = callers;
    callers.on("connection", (socket) => this.waiting.shift()?.(Phone.pickUp(socket)));
  }

  /** Starts one with that dialplan, and with more modules and the files that configure them. */
  static async start(dialplan: string, more: Configuration = {}): Promise<Asterisk> {
    const inside = mkdtempSync(join(root, "tmp/asterisk-"));
    const folder = inside.slice(root.length);
    chmodSync(inside, 0o755);
    for (const name of ["db", "agi", "spool", "run", "log"]) mkdirSync(join(inside, name));
    const directories = {
      astetcdir: folder,
      astmoddir: "/usr/lib/x86_64-linux-gnu/asterisk/modules",
      astvarlibdir: "/var/lib/asterisk",
      astdatadir: "/usr/share/asterisk",
      astdbdir: `${folder}/db`,
      astkeydir: `${folder}/db`,
      astagidir: `${folder}/agi`,
      astspooldir: `${folder}/spool`,
      astrundir: `${folder}/run`,
      astlogdir: `${folder}/log`,
    };
    const lines = Object.entries(directories).map(([name, value]) => `${name} => ${value}`);
    const write = (name: string, text: string): void => writeFileSync(join(inside, name), text);
    write("asterisk.conf", `[directories]\n${lines.join("\n")}\n[options]\nnocolor = yes\n`);
    const loaded = [...modules, ...(more.modules ?? [])].map((name) => `load=${name}.so\n`);
    write("modules.conf", `[modules]\nautoload=no\n${loaded.join("")}`);
    write("logger.conf", "[general]\n[logfiles]\nconsole => notice,warning,error,verbose\n");
    write("extensions.conf", dialplan);
    for (const [name, text] of Object.entries(more.files ?? {})) write(name, text);

    const callers = createServer();
    await new Promise<void>((done) => callers.listen(0, "127.0.0.1", done));
    const child = spawn("chroot", [root, "asterisk", "-f", "-C", `${folder}/asterisk.conf`], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const asterisk = new Asterisk(folder, child, callers);
    await new Promise<void>((ready, failed) => {
      const note = (piece: Buffer): void => {
        asterisk.log += piece.toString();
        if (asterisk.log.includes("Asterisk Ready")) ready();
      };
      child.stdout!.on("data", note);
      child.stderr!.on("data", note);
      child.once("exit", () => failed(new Error(`Asterisk ended:\n${asterisk.log}`)));
    });
    return asterisk;
  }

  /** Has a caller dial an extension; the phone is the caller's end of it. */
  async dial(extension: string): Promise<Phone> {
    const { port } = this.callers.address() as AddressInfo;
    const phone = new Promise<Phone>((answered) => this.waiting.push(answered));
    const channel = `AudioSocket/127.0.0.1:${port}/${randomUUID()}/c(slin)`;
    this.command(`channel originate ${channel} extension ${extension}`);
    return phone;
  }

  /** Has a caller that the dialplan plays (in its context "callers") dial an extension. */
  play(caller: string, extension: string): void {
    this.command(`channel originate Local/${caller}@callers/n extension ${extension}`);
  }

  /** Waits until the dialplan said that, by Verbose. */
  async untilSaid(text: string, timeoutMs = 30_000): Promise<void> {
    for (const end = Date.now() + timeoutMs; !this.log.includes(text);) {
      if (Date.now() > end) throw new Error(`Asterisk does not say "${text}":\n${this.log}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  command(text: string): string {
    const words = [root, "asterisk", "-C", `${this.folder}/asterisk.conf`, "-rx", text];
    return execFileSync("chroot", words).toString();
  }

  async stop(): Promise<void> {
    this.callers.close();
    const ended = new Promise<void>((done) => this.child.once("exit", () => done()));
    this.child.kill("SIGTERM");
    await ended;
    if (process.env["ASTERISK_LOG"]) console.log(this.log);
    rmSync(join(root, this.folder), { recursive: true, force: true });
  }
}
