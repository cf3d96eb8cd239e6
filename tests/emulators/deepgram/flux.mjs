// /v2/listen: Flux, which says when a turn begins and ends.
import { isExactly, SocketSession } from "./session.mjs";
import { Hearing, later } from "./sound.mjs";

const updateEveryMs = 240;
const eagerAfterMs = 200;
const endAfterMs = 500;

const isRange = (min, max) => (value) =>
  value === undefined || (typeof value === "number" && value >= min && value <= max);
const isThresholds = (value) =>
  value === undefined ||
  isExactly(value, {
    eager_eot_threshold: isRange(0.3, 0.9),
    eot_threshold: isRange(0.5, 1),
    eot_timeout_ms: isRange(500, 60_000),
  });
const isTexts = (value) =>
  value === undefined || typeof value === "string" || (Array.isArray(value) && value.length >= 0);

export class FluxSession extends SocketSession {
  #query;
  #hearing;
  #sequence = 0;
  #turn = 0;
  #turnMs = 0; // since when it goes on
  #silentMs = 0;
  #state = "silent"; // speaking, eager

  constructor(socket, query, world) {
    super(socket, world, "listen");
    this.#query = query;
    this.#hearing = new Hearing(world);
    this.listenTo({ encoding: "linear16", sample_rate: 16_000, ...query });
    this.#tell({ type: "Connected", request_id: this.requestId });
  }

  take(message) {
    if (message.type === "CloseStream" && isExactly(message, {})) return this.#end();
    const isConfigure =
      message.type === "Configure" &&
      isExactly(message, {
        thresholds: isThresholds,
        keyterms: isTexts,
        language_hints: isTexts,
        numerals: () => true,
      });
    if (!isConfigure)
      return this.#fail("UNPARSABLE_CLIENT_MESSAGE", "The message could not be understood.");
    const { thresholds = {}, keyterms = [] } = message;
    return this.#tell({
      type: "ConfigureSuccess",
      request_id: this.requestId,
      thresholds,
      keyterms,
    });
  }

  hear({ ms, isLoud, until }) {
    if (this.world.takeFault("error", "listen"))
      return this.#fail("INTERNAL_SERVER_ERROR", "Asked for.");
    this.#silentMs = isLoud ? 0 : this.#silentMs + ms;
    if (isLoud) this.#hearing.hearLoud(ms);
    const words = this.#hearing.words;
    if (this.#state === "silent") {
      if (words.length > 0) this.#enter("speaking", "StartOfTurn", words);
    } else if (this.#state === "eager" && isLoud) {
      this.#enter("speaking", "TurnResumed", words);
    } else if (this.#silentMs >= endAfterMs) {
      this.#endTurn("model");
    } else if (this.#state === "speaking" && this.#silentMs >= eagerAfterMs) {
      if (this.#query.eager_eot_threshold === undefined) return undefined;
      this.#enter("eager", "EagerEndOfTurn", words);
    } else if (until % updateEveryMs === 0) {
      this.#sendTurn("Update", words);
    }
    return undefined;
  }

  #enter(state, event, words) {
    this.#state = state;
    if (event === "StartOfTurn") this.#turnMs = Math.max(this.#turnMs, this.heardMs - 100);
    this.#sendTurn(event, words);
  }

  #endTurn(trigger) {
    const words = this.#hearing.takeTurn();
    const late = this.world.takeFault("late_finals", "listen");
    const tell = () => {
      this.#sendTurn("EndOfTurn", words, { trigger });
      ++this.#turn;
    };
    this.#state = "silent";
    if (late) later(late.delay_ms ?? 300).then(tell);
    else tell();
  }

  #sendTurn(event, words, changes = {}) {
    const confidence = { EagerEndOfTurn: 0.6, EndOfTurn: 0.9 }[event] ?? 0.1;
    this.#tell({
      type: "TurnInfo",
      request_id: this.requestId,
      event,
      turn_index: this.#turn,
      audio_window_start: this.#turnMs / 1000,
      audio_window_end: this.heardMs / 1000,
      transcript: words.join(" "),
      words: words.map((word) => ({ word, confidence: 0.97 })),
      end_of_turn_confidence: confidence,
      ...changes,
    });
  }

  #tell(message) {
    this.send({ ...message, sequence_id: this.#sequence++ });
  }

  #fail(code, description) {
    this.#tell({ type: "Error", code, description });
    this.close(1008, code);
  }

  #end() {
    if (this.#state !== "silent") this.#endTurn("model");
    this.close(1000, "");
  }
}
