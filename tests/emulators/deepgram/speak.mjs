// /v1/speak: texts as a tone.
import { isExactly, SocketSession } from "./session.mjs";
import { later, makeTone } from "./sound.mjs";

const pieceMs = 100;
const charactersMax = 2000;
const flushesMax = 20;
const flushesMs = 60_000;

export class SpeakSession extends SocketSession {
  #format;
  #text = "";
  #sequence = 0;
  #generation = 0; // of what is said: raised when it is cleared
  #saidMs = 0;
  #flushes = [];
  #work = Promise.resolve();

  constructor(socket, query, world) {
    super(socket, world, "speak");
    this.#format = { encoding: "linear16", sample_rate: 24_000, ...query };
    this.send({
      type: "Metadata",
      request_id: this.requestId,
      model_name: query.model ?? "aura-asteria-en",
      model_version: "2025-07-07.0",
      model_uuid: this.requestId,
    });
  }

  waitForIdle() {} // it waits for an hour

  onEnd() {
    ++this.#generation;
  }

  take(message) {
    const isSpeak =
      message.type === "Speak" && isExactly(message, { text: (text) => typeof text === "string" });
    const isPlain = ["Flush", "Clear", "Close"].includes(message.type) && isExactly(message, {});
    if (!isSpeak && !isPlain) return this.close(1008, "DATA-0000: The payload cannot be decoded");
    if (isSpeak) return this.#add(message.text);
    if (message.type === "Flush") return this.#flush();
    if (message.type === "Clear") return this.#clear();
    this.#work = this.#work.then(() => this.close(1000, ""));
    return undefined;
  }

  #add(text) {
    if (text.length > charactersMax)
      return this.send({
        type: "Warning",
        code: "DATA-0001",
        description: "The text is longer than 2000 characters.",
      });
    this.#text += text;
    return undefined;
  }

  #flush() {
    const now = Date.now();
    this.#flushes = this.#flushes.filter((at) => at > now - flushesMs);
    if (this.#flushes.length >= flushesMax)
      return this.send({
        type: "Warning",
        code: "EXCESSIVE_FLUSH",
        description: "Exceeded the number of flushes allowed within a minute.",
      });
    this.#flushes.push(now);
    const text = this.#text;
    this.#text = "";
    const generation = this.#generation;
    this.#work = this.#work.then(() => this.#say(text, generation));
    return undefined;
  }

  #clear() {
    ++this.#generation;
    this.#text = "";
    this.#work = this.#work.then(() =>
      this.send({ type: "Cleared", sequence_id: this.#sequence++ }),
    );
  }

  async #say(text, generation) {
    const ms = Math.ceil(text.length * this.world.msPerCharacter);
    for (let said = 0; said < ms; said += pieceMs) {
      await later(this.world.paceMs);
      if (generation !== this.#generation || !this.socket.isOpen) return;
      const piece = Math.min(pieceMs, ms - said);
      this.#saidMs += piece;
      if (this.cutAfter(this.#saidMs)) return;
      this.sendAudio(makeTone(this.#format, piece));
    }
    this.send({ type: "Flushed", sequence_id: this.#sequence++ });
  }
}
