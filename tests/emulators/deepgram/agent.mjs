// The Voice Agent: it hears, asks for functions, and speaks.
import { randomUUID } from "node:crypto";
import { checkSettings } from "./agent_settings.mjs";
import { isExactly, SocketSession } from "./session.mjs";
import { Hearing, later, makeTone } from "./sound.mjs";

const pieceMs = 100;
const endAfterMs = 500;
const speechMsMin = 60;
const isText = (value) => typeof value === "string";

const shapes = {
  KeepAlive: {},
  ForceEndTurn: {},
  UpdatePrompt: { prompt: isText },
  InjectUserMessage: { content: isText },
  InjectAgentMessage: {
    message: isText,
    behavior: (value) => [undefined, "default", "queue", "interrupt"].includes(value),
  },
  FunctionCallResponse: { id: isText, name: isText, content: isText },
};

export class AgentSession extends SocketSession {
  #settings;
  #hearing;
  #loudMs = 0;
  #silentMs = 0;
  #isUserSpeaking = false;
  #generation = 0; // of what is said: raised when it is cut off
  #isSaying = false;
  #calls = new Map(); // that are not answered
  #turn = {};

  constructor(socket, query, world) {
    super(socket, world, "agent");
    this.#hearing = new Hearing(world);
    this.send({ type: "Welcome", request_id: this.requestId });
  }

  onEnd() {
    ++this.#generation;
  }

  take(message) {
    if (message.type === "Settings" && this.#settings === undefined)
      return this.#configure(message);
    const shape = shapes[message.type];
    if (this.#settings === undefined || shape === undefined || !isExactly(message, shape))
      return this.#fail("UNPARSABLE_CLIENT_MESSAGE", `Not expected: ${message.type}`);
    switch (message.type) {
      case "UpdatePrompt":
        return this.send({ type: "PromptUpdated" });
      case "InjectUserMessage":
        return this.#answer(this.world.turns.take() ?? {}, message.content);
      case "InjectAgentMessage":
        return this.#inject(message);
      case "FunctionCallResponse":
        return this.#takeResult(message);
      case "ForceEndTurn":
        return this.#isUserSpeaking ? this.#endTurn() : undefined;
      default:
        return undefined;
    }
  }

  takeUnwantedAudio() {
    this.#fail("AUDIO_BEFORE_SETTINGS", "Audio came before the settings.");
  }

  #configure(message) {
    const mistake = checkSettings(message);
    if (mistake !== undefined) return this.#fail("INVALID_SETTINGS", mistake);
    this.#settings = message;
    this.listenTo({ encoding: "linear16", sample_rate: 24_000, ...message.audio.input });
    this.send({ type: "SettingsApplied" });
    if (message.agent.greeting) this.#say(message.agent.greeting);
    return undefined;
  }

  hear({ ms, isLoud }) {
    if (this.world.takeFault("error", "agent")) return this.#fail("INTERNAL", "Asked for.");
    this.#loudMs = isLoud ? this.#loudMs + ms : 0;
    this.#silentMs = isLoud ? 0 : this.#silentMs + ms;
    if (isLoud) this.#hearing.hearLoud(ms);
    if (!this.#isUserSpeaking && this.#loudMs >= speechMsMin) {
      this.#isUserSpeaking = true;
      ++this.#generation;
      this.#isSaying = false;
      this.send({ type: "UserStartedSpeaking" });
      if (this.#calls.size > 0) this.#cancelCalls();
    } else if (this.#isUserSpeaking && this.#silentMs >= endAfterMs) {
      this.#endTurn();
    }
    return undefined;
  }

  #endTurn() {
    this.#isUserSpeaking = false;
    const words = this.#hearing.words;
    const turn = this.world.turns.take() ?? {};
    this.#hearing = new Hearing(this.world);
    if (words.length > 0) this.#answer(turn, words.join(" "));
  }

  #answer(turn, words) {
    this.#turn = turn;
    ++this.#generation;
    this.send({ type: "ConversationText", role: "user", content: words });
    this.send({ type: "AgentThinking", content: "" });
    const calls = turn.calls ?? [];
    if (calls.length === 0) return this.#say(turn.says ?? "Well.");
    const functions = calls.map(({ name, arguments: given = {} }) => ({
      id: `call_${randomUUID().slice(0, 8)}`,
      name,
      arguments: JSON.stringify(given),
      client_side: true,
    }));
    for (const call of functions) this.#calls.set(call.id, call);
    return this.send({ type: "FunctionCallRequest", functions });
  }

  #takeResult({ id, name }) {
    if (this.#calls.get(id)?.name !== name)
      return this.#fail("INVALID_FUNCTION_CALL_RESPONSE", `No function was asked for as ${id}.`);
    this.#calls.delete(id);
    return this.#calls.size === 0 ? this.#say(this.#turn.says ?? "Done.") : undefined;
  }

  #cancelCalls() {
    const functions = [...this.#calls.values()].map(({ id, name }) => ({ id, name }));
    this.#calls.clear();
    this.send({ type: "FunctionCallCancelled", functions });
  }

  #inject({ message, behavior = "default" }) {
    if (behavior === "default" && (this.#isSaying || this.#isUserSpeaking))
      return this.send({ type: "InjectionRefused", message: "A turn is in progress." });
    ++this.#generation;
    return this.#say(message);
  }

  async #say(text) {
    const generation = this.#generation;
    const { encoding = "linear16", sample_rate: rate = 24_000 } = this.#settings.audio.output ?? {};
    this.#isSaying = true;
    this.send({ type: "ConversationText", role: "assistant", content: text });
    this.send({
      type: "AgentStartedSpeaking",
      total_latency: 0.6,
      tts_latency: 0.2,
      ttt_latency: 0.3,
    });
    const ms = Math.ceil(text.length * this.world.msPerCharacter);
    for (let said = 0; said < ms; said += pieceMs) {
      await later(this.world.paceMs);
      if (generation !== this.#generation || !this.socket.isOpen) return;
      if (this.cutAfter(said)) return;
      this.sendAudio(makeTone({ encoding, sample_rate: rate }, Math.min(pieceMs, ms - said)));
    }
    this.#isSaying = false;
    this.send({ type: "AgentAudioDone" });
  }

  #fail(code, description) {
    this.send({ type: "Error", code, description });
    this.close(1008, code);
  }
}
