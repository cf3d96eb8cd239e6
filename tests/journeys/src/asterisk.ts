import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server as TcpServer } from "node:net";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import { Phone } from "./phone.ts";
import { freePort } from "./ports.ts";
import { repository } from "./server.ts";

const root = join(repository, "build/asterisk/root");

/** Whether tests/components/asterisk has put an Asterisk there. */
export const hasAsterisk = existsSync(join(repository, "build/asterisk/.done"));

const modules = [
  "res_timing_timerfd",
  "res_audiosocket",
  "app_audiosocket",
  "chan_audiosocket",
  "app_dial",
  "res_sorcery_config",
  "res_pjproject",
  "res_rtp_asterisk",
  "res_rtp_multicast",
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
  ari?: AriOptions;
}

// What its REST Interface needs besides.
const ariModules = [
  "res_sorcery_config",
  "res_sorcery_memory",
  "res_sorcery_astdb",
  "res_http_websocket",
  "res_websocket_client",
  "res_stasis",
  "res_stasis_answer",
  "res_stasis_playback",
  "res_stasis_recording",
  "res_stasis_snoop",
  "res_ari_model",
  "res_ari",
  "res_ari_channels",
  "res_ari_bridges",
  "res_ari_events",
  "res_ari_applications",
  "res_ari_asterisk",
  "res_ari_recordings",
  "app_stasis",
  "bridge_softmix",
  "bridge_holding",
  "chan_bridge_media",
  "chan_websocket",
  "format_wav",
  "format_sln",
  "res_musiconhold",
  "func_dialplan",
];

export interface AriOptions {
  user: string;
  password: string;
  connectTo?: { url: string; password: string }; // it connects by itself
  media?: { url: string; key: string }; // where the client "aiva" of chan_websocket connects
}

function writeAri(
  write: (name: string, text: string) => void,
  port: number,
  ari: AriOptions,
): void {
  write("http.conf", `[general]\nenabled=yes\nbindaddr=127.0.0.1\nbindport=${port}\n`);
  let users = `[general]\nenabled=yes\n[${ari.user}]\ntype=user\npassword=${ari.password}\n`;
  let clients = "";
  if (ari.connectTo) {
    users +=
      `[out]\ntype=outbound_websocket\nwebsocket_client_id=out\napps=aiva\n` +
      `local_ari_user=${ari.user}\n`;
    clients =
      `[out]\ntype=websocket_client\nconnection_type=persistent\nuri=${ari.connectTo.url}\n` +
      `protocols=ari\nusername=asterisk\npassword=${ari.connectTo.password}\n`;
  }
  if (ari.media)
    clients +=
      `[aiva]\ntype=websocket_client\nconnection_type=per_call_config\nuri=${ari.media.url}\n` +
      `protocols=media\nusername=asterisk\npassword=${ari.media.key}\n`;
  write("ari.conf", users);
  write("websocket_client.conf", clients);
  write("musiconhold.conf", "[default]\nmode=files\ndirectory=/usr/share/asterisk/sounds/en\n");
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

  /** The port of its HTTP server, where it has one. */
  ariPort = 0;

  /**
   * Starts one with that dialplan, in which {phones} stands for where phones can be called, and
   * with more modules and the files that configure them.
   */
  static async start(dialplan: string, more: Configuration = {}): Promise<Asterisk> {
    const inside = mkdtempSync(join(root, "tmp/asterisk-"));
    const folder = inside.slice(root.length);
    chmodSync(inside, 0o755);
    for (const name of ["db", "agi", "spool", "spool/recording", "run", "log"])
      mkdirSync(join(inside, name));
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
    const loaded = [...modules, ...(more.ari ? ariModules : []), ...(more.modules ?? [])];
    const moduleLines = [...new Set(loaded)].map((name) => `load=${name}.so\n`);
    write("modules.conf", `[modules]\nautoload=no\n${moduleLines.join("")}`);
    write("logger.conf", "[general]\n[logfiles]\nconsole => notice,warning,error,verbose\n");
    for (const [name, text] of Object.entries(more.files ?? {})) write(name, text);
    const callers = createServer();
    await new Promise<void>((done) => callers.listen(0, "127.0.0.1", done));
    const phones = `127.0.0.1:${(callers.address() as AddressInfo).port}`;
    write("extensions.conf", dialplan.replaceAll("{phones}", phones));
    const ariPort = more.ari ? await freePort() : 0;
    if (more.ari) writeAri(write, ariPort, more.ari);
    const child = spawn("chroot", [root, "asterisk", "-f", "-C", `${folder}/asterisk.conf`], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const asterisk = new Asterisk(folder, child, callers);
    asterisk.ariPort = ariPort;
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
    const phone = this.nextPhone();
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

  /** The next phone that is called. */
  nextPhone(): Promise<Phone> {
    return new Promise<Phone>((answered) => this.waiting.push(answered));
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
