// /v1/listen: words as they come, final ones after a pause.
import { isExactly, SocketSession } from "./session.mjs";
import { Hearing, later } from "./sound.mjs";

const interimEveryMs = 200;
const emptyEveryMs = 3000;
const speechMsMin = 40;
const modelInfo = { name: "general-nova-3", version: "2025-04-17.21547", arch: "nova-3" };

const describe = (words, fromMs, untilMs) =>
  words.map((word, index) => {
    const share = (untilMs - fromMs) / words.length / 1000;
    return {
      word: word.toLowerCase().replaceAll(/[.,?!]/g, ""),
      start: fromMs / 1000 + index * share,
      end: fromMs / 1000 + (index + 1) * share,
      confidence: 0.98,
      punctuated_word: word,
    };
  });

export class ListenSession extends SocketSession {
  #query;
  #hearing;
  #finalMs = 0; // up to where all is final
  #wordsMs = 0; // up to where words were heard
  #loudMs = 0;
  #silentMs = 0;
  #isSpeaking = false;
  #isUtterance = false; // whose end was not told

  constructor(socket, query, world) {
    super(socket, world, "listen");
    this.#query = { endpointing: 10, interim_results: false, ...query };
    this.#hearing = new Hearing(world);
    this.listenTo({ encoding: "linear16", sample_rate: 16_000, ...query });
  }

  take(message) {
    const isKnown = ["KeepAlive", "Finalize", "CloseStream"].includes(message.type);
    if (!isKnown || !isExactly(message, {}))
      return this.close(1008, "DATA-0000: The payload cannot be decoded");
    if (message.type === "Finalize") this.#finish({ from_finalize: true });
    if (message.type === "CloseStream") this.#end();
    return undefined;
  }

  hear({ ms, isLoud, until }) {
    this.#loudMs = isLoud ? this.#loudMs + ms : 0;
    this.#silentMs = isLoud ? 0 : this.#silentMs + ms;
    if (isLoud) {
      this.#hearing.hearLoud(ms);
      this.#wordsMs = until;
      if (!this.#isSpeaking && this.#loudMs >= speechMsMin) this.#start(until);
    }
    const words = this.#hearing.words;
    const { endpointing, interim_results: hasInterim } = this.#query;
    if (words.length > 0 && endpointing !== false && this.#silentMs >= Math.max(endpointing, 20))
      this.#finish({ speech_final: true });
    else if (words.length > 0 && hasInterim && until % interimEveryMs === 0)
      this.#sendResults(words, false, {});
    else if (words.length === 0 && until - this.#finalMs >= emptyEveryMs) this.#finish({});
    this.#tellEnd();
  }

  #start(until) {
    this.#isSpeaking = this.#isUtterance = true;
    if (this.#query.vad_events)
      this.send({ type: "SpeechStarted", channel: [0], timestamp: until / 1000 });
  }

  #tellEnd() {
    const after = this.#query.utterance_end_ms;
    const isOver = this.#isUtterance && this.#hearing.words.length === 0;
    if (after === undefined || !isOver || this.#silentMs < after) return;
    this.#isUtterance = false;
    this.send({ type: "UtteranceEnd", channel: [0, 1], last_word_end: this.#wordsMs / 1000 });
  }

  #finish(changes) {
    this.#isSpeaking = false;
    this.#sendResults(this.#hearing.finish(), true, changes);
  }

  #sendResults(words, isFinal, changes) {
    const [from, until] = [this.#finalMs, this.heardMs];
    if (isFinal) this.#finalMs = until;
    const results = {
      type: "Results",
      channel_index: [0, 1],
      duration: (until - from) / 1000,
      start: from / 1000,
      is_final: isFinal,
      speech_final: false,
      channel: {
        alternatives: [
          {
            transcript: words.join(" "),
            confidence: words.length > 0 ? 0.98 : 0,
            words: describe(words, from, until),
          },
        ],
      },
      metadata: { request_id: this.requestId, model_info: modelInfo, model_uuid: this.requestId },
      from_finalize: false,
      ...changes,
    };
    const late = isFinal && words.length > 0 && this.world.takeFault("late_finals", "listen");
    if (late) later(late.delay_ms ?? 300).then(() => this.send(results));
    else this.send(results);
  }

  #end() {
    this.#finish({});
    this.send({
      type: "Metadata",
      transaction_key: "deprecated",
      request_id: this.requestId,
      sha256: "0".repeat(64),
      created: "2026-01-01T00:00:00.000Z",
      duration: this.heardMs / 1000,
      channels: 1,
    });
    this.close(1000, "");
  }
}
