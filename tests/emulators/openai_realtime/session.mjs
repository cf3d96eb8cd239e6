// One session: what it is told, what it hears, what it answers, in the provider's order.
import { randomUUID } from "node:crypto";
import { EventError, checkEvent } from "./shape.mjs";
import { Ear, makeTone } from "./speech.mjs";

const deltaMs = 100;
const msPerCharacter = 50;
const speechMsMin = 40;

const id = (kind) => `${kind}_${randomUUID().replaceAll("-", "").slice(0, 20)}`;
const later = (ms) =>
  new Promise((resolve) => {
    if (ms > 0) setTimeout(resolve, ms);
    else setImmediate(resolve);
  });

const serverVad = {
  type: "server_vad",
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 500,
  idle_timeout_ms: null,
  create_response: true,
  interrupt_response: true,
};
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

// Only what is given is changed; a format or a way of detecting turns is taken as a whole.
const merge = (into, from) => {
  for (const [name, value] of Object.entries(from)) {
    if (name === "turn_detection" && value?.type === "server_vad")
      into[name] = { ...serverVad, ...value };
    else if (
      name !== "turn_detection" &&
      name !== "format" &&
      isObject(value) &&
      isObject(into[name])
    )
      merge(into[name], value);
    else into[name] = value;
  }
};

export class Session {
  #socket;
  #world;
  #ear = new Ear();
  #settings;
  #items = new Map();
  #lastItem = null;
  #heardMs = 0;
  #bufferedMs = 0;
  #loudMs = 0;
  #silentMs = 0;
  #speechItem = null;
  #response = null;
  #turn = null;
  #hasSpoken = false;
  #cachedTokens = 0;

  constructor(socket, model, world) {
    this.#socket = socket;
    this.#world = world;
    this.#settings = {
      type: "realtime",
      object: "realtime.session",
      id: id("sess"),
      model,
      output_modalities: ["audio"],
      instructions: "",
      expires_at: Math.floor(Date.now() / 1000) + (world.sessionSeconds ?? 3600),
      audio: {
        input: {
          format: { type: "audio/pcm", rate: 24000 },
          transcription: null,
          noise_reduction: null,
          turn_detection: { ...serverVad },
        },
        output: { format: { type: "audio/pcm", rate: 24000 }, voice: "alloy", speed: 1 },
      },
      tools: [],
      tool_choice: "auto",
      max_output_tokens: "inf",
    };
    this.#send({ type: "session.created", session: this.#settings });
  }

  take(text) {
    let event;
    try {
      event = JSON.parse(text);
      checkEvent(event);
      this.#world.note(event);
      this.#act(event);
    } catch (error) {
      if (error instanceof SyntaxError)
        error = new EventError("invalid_json", "We could not parse the JSON.");
      if (!(error instanceof EventError)) throw error;
      this.#world.note({ type: "refused", code: error.code, param: error.param, of: event?.type });
      this.refuse(error, event?.event_id ?? null);
    }
  }

  refuse({ type, code, message, param }, eventId = null) {
    this.#send({ type: "error", error: { type, code, message, param, event_id: eventId } });
  }

  #send(event) {
    this.#socket.send(JSON.stringify({ event_id: id("event"), ...event }));
  }

  #act(event) {
    switch (event.type) {
      case "session.update":
        return this.#update(event.session);
      case "input_audio_buffer.append":
        return this.#hear(event.audio);
      case "input_audio_buffer.commit":
        return this.#commitByHand();
      case "input_audio_buffer.clear":
        this.#bufferedMs = 0;
        return this.#send({ type: "input_audio_buffer.cleared" });
      case "conversation.item.create":
        return this.#create(event.item);
      case "conversation.item.truncate":
        return this.#truncate(event);
      case "response.create":
        return this.#begin(event.response ?? {});
      case "response.cancel":
        return this.#cancelByHand(event.response_id);
      default:
        throw new EventError("item_not_found", "Not emulated.");
    }
  }

  #update(changes) {
    if ("model" in changes && changes.model !== this.#settings.model)
      throw new EventError(
        "cannot_update_model",
        "The model of a session cannot be changed.",
        "session.model",
      );
    const voice = changes.audio?.output?.voice;
    if (this.#hasSpoken && voice !== undefined && voice !== this.#settings.audio.output.voice)
      throw new EventError(
        "cannot_update_voice",
        "Cannot update a conversation's voice if assistant audio is present.",
        "session.audio.output.voice",
      );
    merge(this.#settings, changes);
    this.#send({ type: "session.updated", session: this.#settings });
  }

  #hear(audio) {
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(audio) || audio.length % 4 !== 0)
      throw new EventError(
        "invalid_value",
        "Invalid 'audio'. Expected base64-encoded audio bytes.",
        "audio",
      );
    const { format, turn_detection: detection } = this.#settings.audio.input;
    for (const { ms, isLoud } of this.#ear.hear(format.type, Buffer.from(audio, "base64"))) {
      this.#heardMs += ms;
      this.#bufferedMs += ms;
      if (detection?.type === "server_vad") this.#detect(ms, isLoud, detection);
    }
  }

  #detect(ms, isLoud, detection) {
    this.#loudMs = isLoud ? this.#loudMs + ms : 0;
    this.#silentMs = isLoud ? 0 : this.#silentMs + ms;
    if (this.#speechItem === null && this.#loudMs >= speechMsMin) {
      this.#speechItem = id("item");
      const start = Math.max(0, this.#heardMs - this.#loudMs - detection.prefix_padding_ms);
      this.#send({
        type: "input_audio_buffer.speech_started",
        audio_start_ms: start,
        item_id: this.#speechItem,
      });
      if (this.#response !== null && detection.interrupt_response) this.#cancel("turn_detected");
    } else if (this.#speechItem !== null && this.#silentMs >= detection.silence_duration_ms) {
      const item = this.#speechItem;
      this.#speechItem = null;
      this.#send({
        type: "input_audio_buffer.speech_stopped",
        audio_end_ms: this.#heardMs,
        item_id: item,
      });
      this.#commit(item);
      if (detection.create_response && this.#response === null) this.#begin({});
    }
  }

  #commitByHand() {
    if (this.#bufferedMs < 100)
      throw new EventError(
        "input_audio_buffer_commit_empty",
        "Error committing input audio buffer: buffer too small.",
      );
    this.#commit(id("item"));
  }

  #commit(itemId) {
    this.#bufferedMs = 0;
    this.#turn = this.#world.nextTurn();
    this.#send({
      type: "input_audio_buffer.committed",
      item_id: itemId,
      previous_item_id: this.#lastItem,
    });
    this.#add({
      id: itemId,
      type: "message",
      role: "user",
      status: "completed",
      content: [{ type: "input_audio", transcript: null }],
    });
    if (this.#settings.audio.input.transcription !== null && !this.#world.isLate("interleave"))
      this.#transcribe(itemId, this.#turn.hears ?? "");
    else this.#turn.lateTranscript = itemId;
  }

  #transcribe(itemId, transcript) {
    const head = { item_id: itemId, content_index: 0 };
    const kind = "conversation.item.input_audio_transcription";
    if (this.#world.takeFault("no_transcript"))
      return this.#send({
        type: `${kind}.failed`,
        ...head,
        error: { type: "transcription_error", code: "audio_unintelligible", message: "?" },
      });
    this.#send({ type: `${kind}.delta`, ...head, delta: transcript });
    return this.#send({
      type: `${kind}.completed`,
      ...head,
      transcript,
      usage: { type: "duration", seconds: 1 },
    });
  }

  #add(item) {
    item = { object: "realtime.item", ...item };
    const event = { item, previous_item_id: this.#lastItem };
    this.#items.set(item.id, item);
    this.#lastItem = item.id;
    this.#send({ type: "conversation.item.added", ...event });
    if (item.status !== "in_progress") this.#send({ type: "conversation.item.done", ...event });
  }

  #create(item) {
    if (item.type === "function_call_output") {
      const call = [...this.#items.values()].find(
        (other) => other.type === "function_call" && other.call_id === item.call_id,
      );
      if (call === undefined)
        throw new EventError(
          "invalid_tool_call_id",
          `Tool call ID '${item.call_id}' not found in conversation.`,
          "item.call_id",
        );
    }
    this.#add({ id: id("item"), status: "completed", ...item });
    if (item.type === "message" && item.role === "user") this.#turn = this.#world.nextTurn();
  }

  #truncate({ item_id: itemId, audio_end_ms: ms }) {
    const item = this.#items.get(itemId);
    if (item === undefined)
      throw new EventError(
        "item_truncate_invalid_item_id",
        `Item with item_id not found: ${itemId}`,
        "item_id",
      );
    if (ms === 0 || item.audioMs === undefined)
      throw new EventError(
        "unsupported_content_type",
        "Only model output audio messages can be truncated.",
      );
    if (ms > item.audioMs)
      throw new EventError(
        "invalid_value",
        `Audio content of ${item.audioMs}ms is already shorter than ${ms}ms`,
        "audio_end_ms",
      );
    this.#send({
      type: "conversation.item.truncated",
      item_id: itemId,
      content_index: 0,
      audio_end_ms: ms,
    });
  }

  #begin(asked) {
    if (this.#response !== null)
      throw new EventError(
        "conversation_already_has_active_response",
        `Conversation already has an active response in progress: ${this.#response.id}.`,
      );
    const response = { id: id("resp"), output: [], spokenMs: 0, characters: 0 };
    this.#response = response;
    this.#send({ type: "response.created", response: this.#describe(response, "in_progress") });
    this.#send({
      type: "rate_limits.updated",
      rate_limits: [{ name: "tokens", limit: 40000, remaining: 39000, reset_seconds: 1 }],
    });
    this.#run(response, asked).catch((error) => {
      process.stderr.write(`${error.stack}\n`);
    });
  }

  async #run(response, asked) {
    const turn = this.#turn ?? {};
    if (this.#world.takeFault("fail"))
      return this.#finish(response, "failed", {
        type: "failed",
        error: { type: "server_error", code: "server_error", message: "The server had an error." },
      });
    const slow = this.#world.takeFault("slow");
    if (slow) await later(slow.delay_ms ?? 300);
    const error = this.#world.takeFault("error");
    if (error)
      this.refuse(
        new EventError(
          error.code ?? "server_error",
          "Asked for.",
          null,
          error.type ?? "server_error",
        ),
      );
    const calls = asked.instructions === undefined ? (turn.calls ?? []) : [];
    if (calls.length > 0) {
      turn.calls = [];
      for (const call of calls) if (this.#response === response) this.#call(response, call);
    } else {
      const quoted = /"([^"]*)"/.exec(asked.instructions ?? "");
      const words = quoted?.[1] ?? asked.instructions ?? turn.says ?? "I am listening.";
      await this.#speak(response, words);
    }
    if (turn.lateTranscript !== undefined) {
      this.#transcribe(turn.lateTranscript, turn.hears ?? "");
      delete turn.lateTranscript;
    }
    return this.#finish(response, "completed");
  }

  #call(response, { name, arguments: given }) {
    const item = {
      id: id("item"),
      object: "realtime.item",
      type: "function_call",
      status: "completed",
      call_id: id("call"),
      name,
      arguments: JSON.stringify(given ?? {}),
    };
    const place = { response_id: response.id, output_index: response.output.length };
    this.#send({
      type: "response.output_item.added",
      ...place,
      item: { ...item, status: "in_progress", arguments: "" },
    });
    this.#add(item);
    const call = { ...place, item_id: item.id, call_id: item.call_id };
    this.#send({ type: "response.function_call_arguments.delta", ...call, delta: item.arguments });
    this.#send({
      type: "response.function_call_arguments.done",
      ...call,
      name,
      arguments: item.arguments,
    });
    this.#send({ type: "response.output_item.done", ...place, item });
    response.output.push(item);
  }

  async #speak(response, words) {
    const item = {
      id: id("item"),
      object: "realtime.item",
      type: "message",
      role: "assistant",
      status: "in_progress",
      content: [],
      audioMs: 0,
    };
    const place = { response_id: response.id, output_index: response.output.length };
    const content = { ...place, item_id: item.id, content_index: 0 };
    response.output.push(item);
    this.#send({ type: "response.output_item.added", ...place, item });
    this.#add(item);
    const part = { type: "audio", transcript: "" };
    this.#send({ type: "response.content_part.added", ...content, part });
    const cut = this.#world.takeFault("cut");
    const expire = this.#world.takeFault("expire");
    const type = this.#settings.audio.output.format.type;
    let told = 0;
    let deltas = 0;
    for (let left = words.length * msPerCharacter; left > 0; left -= deltaMs) {
      await later(this.#world.paceMs);
      if (cut && deltas >= (cut.after_deltas ?? 3)) return this.#socket.cut();
      if (expire && deltas >= (expire.after_deltas ?? 3))
        return this.#socket.close(1001, "Your session hit the maximum duration of 60 minutes.");
      const late = this.#response === response ? 0 : response.lateDeltas--;
      if (this.#response !== response && !(late > 0)) return undefined;
      const ms = Math.min(left, deltaMs);
      const until = Math.ceil(((deltas + 1) * deltaMs) / msPerCharacter);
      const delta = words.slice(told, until);
      told = until;
      if (this.#response === response) {
        item.audioMs += ms;
        response.spokenMs += ms;
        response.characters += delta.length;
        this.#send({ type: "response.output_audio_transcript.delta", ...content, delta });
      }
      this.#hasSpoken = true;
      this.#send({
        type: "response.output_audio.delta",
        ...content,
        delta: makeTone(type, ms).toString("base64"),
      });
      ++deltas;
    }
    if (this.#response !== response) return undefined;
    part.transcript = words;
    item.status = "completed";
    item.content = [{ type: "output_audio", transcript: words }];
    this.#send({ type: "response.output_audio.done", ...content });
    this.#send({ type: "response.output_audio_transcript.done", ...content, transcript: words });
    this.#send({ type: "response.content_part.done", ...content, part });
    this.#send({ type: "response.output_item.done", ...place, item });
    return this.#send({ type: "conversation.item.done", item, previous_item_id: null });
  }

  #cancelByHand(responseId) {
    const isThere =
      this.#response !== null && (responseId === undefined || responseId === this.#response.id);
    if (!isThere)
      throw new EventError(
        "response_cancel_not_active",
        "Cancellation failed: no active response found",
      );
    this.#cancel("client_cancelled");
  }

  #cancel(reason) {
    const response = this.#response;
    response.lateDeltas = this.#world.takeFault("late_deltas")?.deltas ?? 0;
    this.#finish(response, "cancelled", { type: "cancelled", reason });
  }

  #finish(response, status, details = null) {
    if (this.#response !== response || !this.#socket.isOpen) return;
    this.#response = null;
    this.#send({ type: "response.done", response: this.#describe(response, status, details) });
  }

  #describe(response, status, details = null) {
    const described = {
      id: response.id,
      object: "realtime.response",
      status,
      status_details: details,
      output: response.output,
      output_modalities: ["audio"],
      audio: { output: this.#settings.audio.output },
      usage: null,
    };
    if (status === "in_progress") return described;
    const audioIn = Math.ceil(this.#heardMs / 100);
    const textIn = Math.ceil(this.#settings.instructions.length / 4) + 10;
    const audioOut = Math.ceil(response.spokenMs / 50);
    const textOut = Math.ceil(response.characters / 4);
    const cached = this.#cachedTokens;
    this.#cachedTokens = textIn;
    described.usage = {
      total_tokens: audioIn + textIn + audioOut + textOut,
      input_tokens: audioIn + textIn,
      output_tokens: audioOut + textOut,
      input_token_details: {
        text_tokens: textIn,
        audio_tokens: audioIn,
        image_tokens: 0,
        cached_tokens: cached,
        cached_tokens_details: { text_tokens: cached, audio_tokens: 0, image_tokens: 0 },
      },
      output_token_details: { text_tokens: textOut, audio_tokens: audioOut },
    };
    return described;
  }
}
