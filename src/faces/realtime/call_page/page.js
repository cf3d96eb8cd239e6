// The public call page of an agent: the visitor's microphone and loudspeaker at one end, the
// server's Realtime protocol at the other, with a key that is good for one call. What is said is
// only ever set as text, never as HTML.

(() => {
  const main = document.querySelector("main");
  const log = document.getElementById("log");
  const status = document.getElementById("status");
  const time = document.getElementById("time");
  const agentLevel = document.getElementById("agent-level");
  const ownLevel = document.getElementById("own-level");
  const start = document.getElementById("start");
  const mute = document.getElementById("mute");
  const end = document.getElementById("end");
  const keypad = document.getElementById("keypad");
  const keypadToggle = document.getElementById("keypad-toggle");
  const keys = document.getElementById("keys");
  const keysShown = 16; // the last ones
  const bufferedMax = 1024 * 1024; // not taken by the network yet; then sound is left out
  document.documentElement.style.setProperty("--accent", main.dataset.accent);

  // A frame of the widget says which language and colours its page has.
  const wanted = new URLSearchParams(location.search);
  const [language, words] = chooseCallWords([wanted.get("lang"), document.documentElement.lang]);
  const isFramed = window.parent !== window;
  const { endings } = words;
  const refusals = {
    NotAllowedError: words.refused,
    SecurityError: words.forbidden,
    NotFoundError: words.missing,
    OverconstrainedError: words.missing,
    NotReadableError: words.busy,
  };

  function translate() {
    const root = document.documentElement;
    root.lang = language;
    root.dir = language === "ar" ? "rtl" : "ltr";
    if (["light", "dark"].includes(wanted.get("theme"))) root.dataset.theme = wanted.get("theme");
    root.classList.toggle("framed", isFramed);
    const write = document.querySelector("header a");
    write.hidden = isFramed;
    write.textContent = words.write;
    log.setAttribute("aria-label", words.said);
    status.textContent = words.ready;
    agentLevel.previousSibling.textContent = `${words.agent} `;
    ownLevel.previousSibling.textContent = `${words.you} `;
    time.setAttribute("aria-label", words.duration);
    start.textContent = words.call;
    mute.textContent = words.mute;
    end.textContent = words.hangUp;
    keypadToggle.textContent = words.keypad;
    keypad.setAttribute("aria-label", words.keypad);
    keys.setAttribute("aria-label", words.keysPressed);
    keypad.querySelector('[data-key="*"]').setAttribute("aria-label", words.star);
    keypad.querySelector('[data-key="#"]').setAttribute("aria-label", words.hash);
  }

  let call; // the one that goes on

  function show(state, text) {
    main.dataset.state = state;
    const isOn = !["idle", "ended", "failed"].includes(state);
    start.hidden = isOn;
    end.hidden = !isOn;
    mute.hidden = state !== "talking";
    keypadToggle.hidden = mute.hidden;
    if (mute.hidden) openKeypad(false);
    start.textContent = state === "idle" ? words.call : words.callAgain;
    if (text !== undefined) status.textContent = text;
  }

  function openKeypad(isOpen) {
    keypad.hidden = !isOpen;
    keypadToggle.setAttribute("aria-expanded", String(isOpen));
  }

  function line(role, text) {
    const item = document.createElement("div");
    item.className = `message ${role}`;
    const who = document.createElement("span");
    who.className = "who";
    who.textContent = role === "user" ? `${words.you}:` : `${main.dataset.name}:`;
    const body = document.createElement("p");
    body.textContent = text;
    item.append(who, body);
    log.append(item);
    item.scrollIntoView({ block: "end" });
    return item;
  }

  function setText(item, text) {
    item.querySelector("p").textContent = text;
    item.scrollIntoView({ block: "end" });
  }

  async function openMicrophone() {
    if (!window.isSecureContext || navigator.mediaDevices?.getUserMedia === undefined)
      throw new Error(words.needsHttps);
    if (window.AudioWorkletNode === undefined) throw new Error(words.needsNewer);
    try {
      return await navigator.mediaDevices.getUserMedia({
        audio: {
          channelCount: 1,
          echoCancellation: true,
          noiseSuppression: true,
          autoGainControl: true,
        },
      });
    } catch (error) {
      throw new Error(refusals[error.name] ?? words.unusable);
    }
  }

  async function askForKey() {
    const response = await fetch(`/aiva/call/${encodeURIComponent(main.dataset.agent)}/keys`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    const answer = await response.json().catch(() => undefined);
    if (!response.ok)
      throw new Error(answer?.error?.message ?? `The server answered ${response.status}`);
    return answer.data;
  }

  function toBase64(buffer) {
    return btoa(String.fromCharCode(...new Uint8Array(buffer)));
  }

  function fromBase64(text) {
    return Uint8Array.from(atob(text), (byte) => byte.charCodeAt(0)).buffer;
  }

  class Call {
    constructor(context) {
      this.context = context;
      this.lines = new Map(); // by the id of their item
      this.isMuted = false;
      this.isOver = false;
    }

    async begin() {
      show("microphone", words.waiting);
      this.stream = await openMicrophone();
      if (this.isOver) return this.release();
      this.stream.getAudioTracks()[0].addEventListener("ended", () => {
        this.finish("failed", words.microphoneGone);
      });
      show("connecting", words.connecting);
      await this.context.resume();
      await this.context.audioWorklet.addModule("/aiva/call-audio.js");
      const key = await askForKey();
      if (this.isOver) return;
      this.connect(key);
    }

    connect({ key, path }) {
      const address = new URL(path, location.href);
      address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
      const socket = new WebSocket(address, ["realtime", `openai-insecure-api-key.${key}`]);
      this.socket = socket;
      socket.addEventListener("open", () => {
        this.send({ type: "session.update", session: { type: "realtime" } });
      });
      socket.addEventListener("message", ({ data }) => this.take(JSON.parse(data)));
      socket.addEventListener("close", ({ code, reason }) => this.closed(code, reason));
    }

    // What has come is still heard to its end.
    closed(code, reason) {
      const wait = main.dataset.speaking === "true" ? 600 : 0;
      setTimeout(() => this.explain(code, reason), wait);
    }

    explain(code, reason) {
      const text = endings[reason];
      if (text !== undefined) return this.finish(reason === "failed" ? "failed" : "ended", text);
      if (this.began === undefined) return this.finish("failed", reason || words.unreachable);
      if (code === 1000) return this.finish("ended", words.over);
      this.finish("failed", reason || words.broken);
    }

    // Sound both ways, once the server has taken the call.
    listen() {
      this.began = performance.now();
      this.clock = setInterval(() => this.showTime(), 250);
      const options = { numberOfInputs: 1, numberOfOutputs: 0 };
      this.microphone = new AudioWorkletNode(this.context, "aiva-microphone", options);
      this.microphone.port.onmessage = ({ data }) => this.hear(data);
      this.context.createMediaStreamSource(this.stream).connect(this.microphone);
      this.loudspeaker = new AudioWorkletNode(this.context, "aiva-loudspeaker", {
        numberOfInputs: 0,
        outputChannelCount: [2],
      });
      this.loudspeaker.port.onmessage = ({ data }) => {
        agentLevel.value = data.level;
        main.dataset.underruns = data.underruns;
        main.dataset.speaking = data.isPlaying;
      };
      this.loudspeaker.connect(this.context.destination);
      show("talking", words.talking);
    }

    showTime() {
      const seconds = Math.floor((performance.now() - this.began) / 1000);
      time.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    }

    hear({ samples, level }) {
      ownLevel.value = level;
      if (this.socket.bufferedAmount > bufferedMax) return;
      this.send({
        type: "input_audio_buffer.append",
        audio: toBase64(samples),
      });
    }

    send(event) {
      if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(event));
    }

    play(message) {
      this.loudspeaker?.port.postMessage(message, message.samples ? [message.samples] : []);
    }

    take(event) {
      switch (event.type) {
        case "session.created":
          return this.listen();
        case "input_audio_buffer.speech_started":
          this.play({ flush: true });
          return this.tell(words.listening);
        case "input_audio_buffer.speech_stopped":
          return this.tell(words.moment);
        case "input_audio_buffer.committed":
          this.lines.set(event.item_id, line("user", "\u2026"));
          return;
        case "conversation.item.added":
          return this.writeKeys(event.item);
        case "conversation.item.input_audio_transcription.completed":
          return this.write(event.item_id, event.transcript);
        case "conversation.item.input_audio_transcription.failed":
          return this.write(event.item_id, "");
        case "response.output_audio_transcript.delta":
          return this.say(event.item_id, event.delta);
        case "response.output_audio.delta":
          return this.play({ samples: fromBase64(event.delta) });
        case "response.output_audio.done":
          return this.play({ end: true });
        case "response.done":
          return this.answered(event.response);
        case "error":
          return this.tell(event.error.message);
      }
    }

    tell(text) {
      if (!this.isOver) status.textContent = text;
    }

    // What the visitor said; nothing of what held no words.
    write(id, text) {
      const item = this.lines.get(id);
      if (item === undefined) return;
      if (text) setText(item, text);
      else item.remove();
    }

    // What was keyed in comes as an item of its own, all at once.
    writeKeys({ id, role, content }) {
      const text = content?.[0]?.text;
      const isKeyed = role === "user" && content?.[0]?.type === "input_text";
      if (isKeyed && text && !this.lines.has(id)) this.lines.set(id, line("user", text));
    }

    press(key) {
      if (main.dataset.state !== "talking") return;
      this.send({ type: "aiva.dtmf", digits: key });
      keys.textContent = (keys.textContent + key).slice(-keysShown);
    }

    say(id, delta) {
      const item = this.lines.get(id);
      if (item !== undefined) return setText(item, item.querySelector("p").textContent + delta);
      this.lines.set(id, line("assistant", delta));
      this.tell(words.speaking);
    }

    answered(response) {
      const item = this.lines.get(response.output[0]?.id);
      // A key interrupts without a word of it before.
      if (response.status === "cancelled") {
        this.play({ flush: true });
        item?.classList.add("cut");
      }
      if (response.status === "completed") this.tell(words.yourTurn);
    }

    setMuted(isMuted) {
      this.isMuted = isMuted;
      this.microphone.port.postMessage({ muted: isMuted });
      mute.setAttribute("aria-pressed", String(isMuted));
      this.tell(isMuted ? words.muted : words.heard);
    }

    finish(state, text) {
      if (this.isOver) return;
      this.isOver = true;
      this.socket?.close(1000);
      this.release();
      show(state, text);
      start.focus();
    }

    release() {
      clearInterval(this.clock);
      for (const track of this.stream?.getTracks() ?? []) track.stop();
      void this.context.close().catch(() => {});
      agentLevel.value = 0;
      ownLevel.value = 0;
      main.dataset.speaking = false;
    }
  }

  async function begin() {
    log.replaceChildren();
    time.textContent = "0:00";
    keys.textContent = "";
    mute.setAttribute("aria-pressed", "false");
    const made = new Call(new AudioContext({ latencyHint: "interactive" }));
    call = made;
    try {
      await made.begin();
      end.focus();
    } catch (error) {
      made.finish("failed", error.message);
    }
  }

  translate();
  start.addEventListener("click", () => void begin());
  end.addEventListener("click", () => call?.finish("ended", endings.caller_hung_up));
  mute.addEventListener("click", () => call?.setMuted(!call.isMuted));
  keypadToggle.addEventListener("click", () => openKeypad(keypad.hidden));
  keypad.addEventListener("click", ({ target }) => {
    const key = target.dataset.key;
    if (key !== undefined) call?.press(key);
  });
  // The keyboard is a keypad, too, whatever has the focus: nothing here takes text.
  addEventListener("keydown", (event) => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (isPlain && !event.repeat && /^[0-9*#]$/.test(event.key)) call?.press(event.key);
  });
  addEventListener("pagehide", () => call?.finish("ended", endings.caller_hung_up));
})();
