// An emulator of Asterisk as its REST Interface shows it (rest-api/api-docs of Asterisk 22): one
// Stasis application's channels and bridges, a dialplan, and phones that are AudioSocket servers.
// As strict as Asterisk, and more: parameters it does not know are refused. For tests:
//
//   const dialplan = { 100: [["stasis", "aiva"]] };
//   const asterisk = await AsteriskAri.start({ phonePort, dialplan });
//   asterisk.dial("100");  asterisk.channels;  asterisk.fault({ on: "POST bridges", status: 500 });
//
// Steps of an extension: ["stasis", app, …args], ["answer"], ["phone", uuid] (as AudioSocket()),
// ["hangup", cause], ["ring"] for good. Faults: `status` or `isSilent` for the next `count`
// requests whose method and path begin with `on`; cut() loses the connection, reject(n) refuses
// the next ones. ExternalMedia goes by AudioSocket and by RTP (ulaw, alaw, slin, slin16).
import { createServer } from "node:http";
import { randomUUID } from "node:crypto";
import { AudioLink, RtpLink, rtpFormats } from "./asterisk_ari/links.mjs";
import { acceptSocket, refuseSocket } from "./websocket.mjs";

const causes = { 0: "Unknown", 1: "Unallocated (unassigned) number", 16: "Normal Clearing" };

// A request that cannot be done.
class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

class Channel {
  link; // of its far end
  app; // an AudioLink that the dialplan connected it to
  peer; // the other half of a Local channel
  bridge;
  isInStasis = false;
  isOver = false;
  isOnHold = false;
  steps = [];

  constructor(id, name, state, caller, exten) {
    Object.assign(this, { id, name, state, caller, exten, appName: "", appData: "" });
  }

  /** Towards its far end. */
  hear(audio) {
    if (this.link) this.link.hear(audio);
    else if (this.peer) this.peer.emit(audio);
  }
  /** From its far end. */
  emit(audio) {
    if (this.app) this.app.hear(audio);
    else if (this.bridge)
      for (const other of this.bridge.members) if (other !== this) other.hear(audio);
  }

  get model() {
    return {
      id: this.id,
      name: this.name,
      state: this.state,
      protocol_id: "",
      caller: this.caller,
      connected: { name: "", number: "" },
      accountcode: "",
      dialplan: {
        context: "aiva",
        exten: this.exten,
        priority: 1,
        app_name: this.appName,
        app_data: this.appData,
      },
      creationtime: new Date().toISOString(),
      language: "en",
    };
  }
}

export class AsteriskAri {
  requests = []; // {method, path, query}, as they came
  recordings = []; // names, as they began
  #server;
  #user;
  #dialplan;
  #phonePort;
  #connection; // {send, close}
  #app = "aiva";
  #channels = new Map();
  #bridges = new Map();
  #faults = [];
  #rejections = 0;
  #count = 0;

  static async start({ user = "aiva", password = "secret", phonePort, dialplan }) {
    const asterisk = new AsteriskAri();
    asterisk.#user = "Basic " + Buffer.from(`${user}:${password}`).toString("base64");
    asterisk.#dialplan = dialplan;
    asterisk.#phonePort = phonePort;
    asterisk.#server = createServer((request, response) => response.writeHead(404).end());
    asterisk.#server.on("upgrade", (request, socket) => asterisk.#upgrade(request, socket));
    await new Promise((done) => asterisk.#server.listen(0, "127.0.0.1", done));
    return asterisk;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }
  get channels() {
    return [...this.#channels.values()].map((channel) => channel.model);
  }
  get bridges() {
    return [...this.#bridges.values()].map((bridge) => this.#bridgeModel(bridge));
  }
  get isConnected() {
    return this.#connection !== undefined;
  }

  fault({ on, status, isSilent = false, count = 1 }) {
    this.#faults.push({ on, status, isSilent, count });
  }
  /** Faults that no request has met yet. */
  get faultsLeft() {
    return this.#faults.length;
  }
  reject(count) {
    this.#rejections = count;
  }
  cut() {
    this.#connection?.close();
  }
  stop() {
    this.cut();
    for (const channel of [...this.#channels.values()]) this.#end(channel, 16);
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** Asterisk connects to whom it serves (type=outbound_websocket). */
  connectTo(url, { WebSocket, username, password }) {
    const auth = "Basic " + Buffer.from(`${username}:${password}`).toString("base64");
    const socket = new WebSocket(url, ["ari"], { headers: { Authorization: auth } });
    return new Promise((resolve, reject) => {
      socket.on("error", reject);
      socket.on("unexpected-response", (_, response) => reject(new Error(response.statusCode)));
      socket.on("open", () => {
        this.#attach({ send: (text) => socket.send(text), close: () => socket.terminate() });
        resolve();
      });
      socket.on("message", (text) => this.#take(String(text)));
      socket.on("close", () => this.#detach());
    });
  }

  /** A phone dials an extension: the emulator connects to the phone's end of it. */
  async dial(exten, caller = { number: "4930123", name: "" }) {
    const uuid = randomUUID();
    const link = await AudioLink.open(this.#phonePort, "127.0.0.1", uuid);
    const name = `AudioSocket/127.0.0.1:${this.#phonePort}-${uuid}`;
    const channel = this.#add(new Channel(this.#nextId(), name, "Up", caller, exten));
    this.#join(channel, link);
    this.#run(channel, exten);
    return channel.id;
  }

  #nextId() {
    return `1796000000.${this.#count++}`;
  }
  #add(channel) {
    this.#channels.set(channel.id, channel);
    return channel;
  }
  #join(channel, link) {
    channel.link = link;
    link.onAudio = (audio) => channel.emit(audio);
    link.onEnd = () => this.#end(channel, 16);
  }

  // The connection.

  #upgrade(request, socket) {
    const url = new URL(request.url, "http://asterisk");
    if (this.#rejections > 0) {
      this.#rejections -= 1;
      return refuseSocket(socket, 503, { message: "not now" });
    }
    if (request.headers.authorization !== this.#user)
      return refuseSocket(socket, 401, { message: "Authentication required" });
    if (url.pathname !== "/ari/events" || url.searchParams.get("app") !== this.#app)
      return refuseSocket(socket, 404, { message: "Resource not found" });
    const accepted = acceptSocket(request, socket, undefined);
    this.#attach({ send: (text) => accepted.send(text), close: () => accepted.cut() });
    accepted.onText = (text) => this.#take(text);
    accepted.onEnd = () => this.#detach();
  }

  #attach(connection) {
    this.#connection?.close();
    this.#connection = connection;
  }
  #detach() {
    this.#connection = undefined;
  }
  #tell(type, fields) {
    this.#connection?.send(
      JSON.stringify({
        type,
        timestamp: new Date().toISOString(),
        ...fields,
        asterisk_id: "emulated",
        application: this.#app,
      }),
    );
  }

  #take(text) {
    const message = JSON.parse(text);
    const { request_id, transaction_id, method, uri, type } = message;
    if (type !== "RESTRequest" || !request_id || !transaction_id || !method || !uri)
      throw new Error(`no request: ${text}`);
    const url = new URL(uri, "http://asterisk/");
    const path = decodeURIComponent(url.pathname.slice(1));
    const query = Object.fromEntries(url.searchParams);
    this.requests.push({ method, path, query });
    const fault = this.#faults.find(({ on }) => `${method} ${path}`.startsWith(on));
    if (fault && --fault.count === 0) this.#faults.splice(this.#faults.indexOf(fault), 1);
    if (fault?.isSilent) return;
    const answer = fault
      ? Promise.reject(new Refusal(fault.status, "as the test wants"))
      : Promise.resolve().then(() => this.#serve(method, path.split("/"), query));
    answer
      .then((body) => ({ status_code: body === undefined ? 204 : 200, body }))
      .catch((error) => {
        if (!(error instanceof Refusal)) throw error;
        return { status_code: error.status, body: { message: error.message } };
      })
      .then(({ status_code, body }) =>
        this.#connection?.send(
          JSON.stringify({
            type: "RESTResponse",
            transaction_id,
            request_id,
            status_code,
            reason_phrase: status_code < 300 ? "OK" : "Refused",
            uri,
            ...(body === undefined
              ? {}
              : { content_type: "application/json", message_body: JSON.stringify(body) }),
            asterisk_id: "emulated",
            application: this.#app,
          }),
        ),
      );
  }

  // Requests.

  #serve(method, [collection, id, action, last], query) {
    const allow = (...names) => {
      for (const name of Object.keys(query))
        if (!names.includes(name)) throw new Refusal(400, `unknown parameter ${name}`);
    };
    const need = (...names) => {
      allow(...names);
      for (const name of names) if (!query[name]) throw new Refusal(400, `${name} is missing`);
    };
    const what = `${method} ${collection}${id ? "/ID" : ""}${action ? `/${action}` : ""}`;
    if (method === "GET" && collection === "channels" && !id) return this.channels;
    if (method === "GET" && collection === "bridges" && !id) return this.bridges;
    if (method === "POST" && collection === "channels" && id === "externalMedia") {
      const usual = ["channelId", "app", "external_host", "encapsulation", "transport", "format"];
      const isRtp = query.encapsulation === "rtp";
      need(...usual, ...(isRtp ? ["connection_type", "direction"] : ["data"]));
      return isRtp ? this.#rtpMedia(query) : this.#audioSocketMedia(query);
    }
    switch (what) {
      case "POST channels/ID":
        allow("endpoint", "app", "appArgs", "timeout", "callerId", "formats", "originator");
        if (query.originator && query.formats)
          throw new Refusal(400, "An originator brings its own formats");
        if (query.originator && !this.#channels.has(query.originator))
          throw new Refusal(400, "The originator is no channel");
        return this.#originate(id, query);
      case "DELETE channels/ID":
        allow("reason_code");
        if (!this.#channels.has(id)) throw new Refusal(404, "Channel not found");
        this.#end(this.#channels.get(id), Number(query.reason_code ?? 16));
        return undefined;
      case "POST channels/ID/answer":
        allow();
        return this.#answer(this.#inStasis(id));
      case "POST channels/ID/continue":
        allow("context", "extension", "priority");
        return this.#continue(this.#inStasis(id), query);
      case "POST channels/ID/dtmf":
        need("dtmf");
        return this.#press(this.#inStasis(id), query.dtmf);
      case "POST channels/ID/moh":
      case "DELETE channels/ID/moh":
        allow();
        this.#inStasis(id).isOnHold = method === "POST";
        return undefined;
      case "POST channels/ID/variable":
        allow("variable", "value");
        this.#inStasis(id)[`$${query.variable}`] = query.value ?? "";
        return undefined;
      case "GET channels/ID/variable":
        need("variable");
        return { value: this.#variable(this.#inStasis(id), query.variable) };
      case "POST bridges/ID":
        need("type", "name");
        if (this.#bridges.has(id)) throw new Refusal(409, "Bridge exists");
        this.#bridges.set(id, { id, name: query.name, members: new Set() });
        return this.#bridgeModel(this.#bridges.get(id));
      case "DELETE bridges/ID":
        allow();
        return this.#destroy(this.#bridge(id));
      case "POST bridges/ID/addChannel":
        need("channel");
        return this.#addChannels(this.#bridge(id), query.channel.split(","));
      case "POST bridges/ID/removeChannel":
        need("channel");
        return this.#removeChannels(this.#bridge(id), query.channel.split(","));
      case "POST bridges/ID/record":
        need("name", "format", "ifExists");
        this.#bridge(id);
        this.recordings.push(query.name);
        return { name: query.name, format: query.format, state: "queued" };
      case "POST recordings/ID/" + action:
        if (id !== "live" || last !== "stop") break;
        if (!this.recordings.includes(action)) throw new Refusal(404, "Recording not found");
        return undefined;
    }
    throw new Refusal(404, "Resource not found");
  }

  #inStasis(id) {
    const channel = this.#channels.get(id);
    if (!channel) throw new Refusal(404, "Channel not found");
    if (!channel.isInStasis) throw new Refusal(409, "Channel not in Stasis application");
    return channel;
  }
  #bridge(id) {
    const bridge = this.#bridges.get(id);
    if (!bridge) throw new Refusal(404, "Bridge not found");
    return bridge;
  }
  #bridgeModel({ id, name, members }) {
    return {
      id,
      name,
      technology: "simple_bridge",
      bridge_type: "mixing",
      bridge_class: "stasis",
      creator: "Stasis",
      channels: [...members].map((channel) => channel.id),
    };
  }
  #variable(channel, name) {
    const asked = /^DIALPLAN_EXISTS\(([^,]*),([^,]*),1\)$/.exec(name);
    if (asked) return this.#dialplan[asked[2]] ? "1" : "0";
    return channel[`$${name}`] ?? "";
  }

  #addChannels(bridge, ids) {
    const members = ids.map((id) => {
      const channel = this.#channels.get(id);
      if (!channel) throw new Refusal(400, "Channel not found");
      if (!channel.isInStasis) throw new Refusal(422, "Channel not in Stasis application");
      if (channel.isOnHold) throw new Refusal(409, "Channel hears music");
      return channel;
    });
    for (const channel of members) {
      this.#leaveBridge(channel);
      bridge.members.add(channel);
      channel.bridge = bridge;
      this.#tell("ChannelEnteredBridge", {
        bridge: this.#bridgeModel(bridge),
        channel: channel.model,
      });
    }
  }
  #removeChannels(bridge, ids) {
    for (const id of ids) {
      const channel = this.#channels.get(id);
      if (!channel) throw new Refusal(400, "Channel not found");
      if (channel.bridge !== bridge) throw new Refusal(422, "Channel not in this bridge");
      this.#leaveBridge(channel);
    }
  }
  #leaveBridge(channel) {
    const bridge = channel.bridge;
    if (!bridge) return;
    bridge.members.delete(channel);
    channel.bridge = undefined;
    this.#tell("ChannelLeftBridge", { bridge: this.#bridgeModel(bridge), channel: channel.model });
  }
  #destroy(bridge) {
    for (const channel of [...bridge.members]) this.#leaveBridge(channel);
    this.#bridges.delete(bridge.id);
    this.#tell("BridgeDestroyed", { bridge: this.#bridgeModel(bridge) });
  }

  async #audioSocketMedia(query) {
    if (query.encapsulation !== "audiosocket" || query.transport !== "tcp")
      throw new Refusal(501, "not emulated");
    if (!/^[0-9a-f-]{36}$/.test(query.data)) throw new Refusal(400, "data must be a UUID");
    const [host, port] = query.external_host.split(":");
    const opening = AudioLink.open(Number(port), host, query.data);
    const name = `AudioSocket/${query.external_host}-${query.data}`;
    return (await this.#addMedia(query.channelId, name, opening, [query.data])).model;
  }

  // As chan_rtp: the channel's variables tell where it sends from.
  async #rtpMedia(query) {
    const { transport, connection_type, direction, format } = query;
    if (transport !== "udp" || connection_type !== "client") throw new Refusal(501, "not emulated");
    if (direction !== "both") throw new Refusal(400, "direction must be both");
    if (!rtpFormats.includes(format)) throw new Refusal(400, "unknown format");
    const [host, port] = query.external_host.split(":");
    const opening = RtpLink.open(Number(port), host, format);
    const name = `UnicastRTP/${query.external_host}-${query.channelId}`;
    const channel = await this.#addMedia(query.channelId, name, opening, []);
    channel.$UNICASTRTP_LOCAL_ADDRESS = channel.link.address;
    channel.$UNICASTRTP_LOCAL_PORT = String(channel.link.port);
    return channel.model;
  }

  async #addMedia(id, name, opening, args) {
    const link = await opening.catch(() => {
      throw new Refusal(500, "Allocation failed");
    });
    if (this.#channels.has(id)) {
      link.close();
      throw new Refusal(409, "Channel exists");
    }
    const channel = this.#add(new Channel(id, name, "Up", { number: "", name: "" }, "s"));
    this.#join(channel, link);
    setImmediate(() => {
      if (!channel.isOver) this.#enterStasis(channel, args);
    });
    return channel;
  }

  #originate(id, { endpoint, app, appArgs = "", timeout = "30", callerId = "" }) {
    if (!endpoint || app !== this.#app) throw new Refusal(400, "endpoint and app are missing");
    if (this.#channels.has(id)) throw new Refusal(409, "Channel exists");
    const [, exten] = /^Local\/([^@]+)@aiva\/n$/.exec(endpoint) ?? [];
    if (!exten) throw new Refusal(500, "Allocation failed");
    const caller = { number: callerId, name: "" };
    const first = this.#add(new Channel(id, `Local/${exten}@aiva;1`, "Down", caller, exten));
    const second = new Channel(`${id};2`, `Local/${exten}@aiva;2`, "Ring", caller, exten);
    this.#add(second);
    first.peer = second;
    second.peer = first;
    first.onAnswer = () => {
      clearTimeout(first.timer);
      first.state = "Up";
      this.#tell("Dial", { peer: first.model, dialstatus: "ANSWER", forward: "", dialstring: "" });
      this.#enterStasis(first, appArgs.split(","));
    };
    first.timer = setTimeout(() => this.#end(first, 19), Number(timeout) * 1000);
    setImmediate(() => {
      if (!this.#dialplan[exten]) return this.#end(first, 0);
      this.#tell("Dial", { peer: first.model, dialstatus: "", forward: "", dialstring: "" });
      this.#run(second, exten);
    });
    return first.model;
  }

  #press(channel, digits) {
    for (const digit of digits) (channel.link ?? channel.peer?.app)?.press(digit);
  }

  // The dialplan.

  #run(channel, exten) {
    channel.exten = exten;
    channel.steps = [...(this.#dialplan[exten] ?? [["hangup", 1]])];
    this.#step(channel);
  }
  #step(channel) {
    if (channel.isOver) return;
    const [application, ...words] = channel.steps.shift() ?? ["hangup", 16];
    channel.appName = application;
    channel.appData = words.join(",");
    if (application === "answer") {
      this.#answer(channel);
      this.#step(channel);
    } else if (application === "stasis") {
      channel.appName = "Stasis";
      if (!this.#connection || words[0] !== this.#app) return this.#step(channel);
      this.#enterStasis(channel, words.slice(1));
    } else if (application === "phone") this.#callPhone(channel, words[0]);
    else if (application === "hangup") this.#end(channel, Number(words[0]));
    else if (application === "ring" && channel.peer) channel.peer.state = "Ringing";
  }
  #answer(channel) {
    if (channel.state === "Up") return;
    channel.state = "Up";
    channel.peer?.onAnswer?.();
  }
  async #callPhone(channel, uuid) {
    this.#answer(channel);
    const link = await AudioLink.open(this.#phonePort, "127.0.0.1", uuid).catch(() => undefined);
    if (channel.isOver) return link?.close();
    if (!link) return this.#step(channel);
    channel.app = link;
    link.onAudio = (audio) => channel.hear(audio);
    link.onEnd = () => {
      channel.app = undefined;
      this.#step(channel);
    };
  }
  #enterStasis(channel, args) {
    channel.isInStasis = true;
    channel.appName = "Stasis";
    channel.appData = [this.#app, ...args].join(",");
    this.#tell("StasisStart", { args, channel: channel.model });
  }
  #leaveStasis(channel) {
    if (!channel.isInStasis) return;
    this.#leaveBridge(channel);
    channel.isInStasis = false;
    this.#tell("StasisEnd", { channel: channel.model });
  }
  #continue(channel, { extension }) {
    this.#leaveStasis(channel);
    setImmediate(() => (extension ? this.#run(channel, extension) : this.#step(channel)));
  }

  #end(channel, cause) {
    if (channel.isOver) return;
    channel.isOver = true;
    clearTimeout(channel.timer);
    this.#leaveStasis(channel);
    this.#channels.delete(channel.id);
    this.#tell("ChannelDestroyed", {
      cause,
      cause_txt: causes[cause] ?? "",
      channel: channel.model,
    });
    channel.link?.close();
    channel.app?.close();
    if (channel.peer) this.#end(channel.peer, cause);
  }
}
