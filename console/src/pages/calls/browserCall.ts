import { api, ask } from "../../api/client";

const worklets = "/aiva/call-audio.js"; // of the public call page: both ends of a call's sound
const bufferedBytesMax = 1024 * 1024; // the network does not take more; then sound is left out

export interface Spoken {
  id: string;
  who: "customer" | "agent";
  text: string;
}

export type CallPhase = "idle" | "connecting" | "talking" | "over";

/** What is told of a call as it goes on. */
export interface CallListener {
  onPhase: (phase: CallPhase) => void;
  onSaid: (id: string, who: Spoken["who"], change: (text: string) => string | null) => void;
  onLevel: (side: Spoken["who"], level: number) => void;
  onError: (message: string) => void;
}

interface Told {
  type: string;
  item_id?: string;
  delta?: string;
  transcript?: string;
  response?: { status?: string };
  item?: { id: string; role?: string; content?: { type: string; text?: string }[] };
  error?: { message: string };
}

function toBase64(buffer: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(buffer)));
}

function fromBase64(text: string): ArrayBuffer {
  return Uint8Array.from(atob(text), (byte) => byte.charCodeAt(0)).buffer;
}

/** A call from the browser with an agent, over the Realtime protocol; kept in the call log. */
export class BrowserCall {
  callLogId = "";
  private readonly context = new AudioContext({ latencyHint: "interactive" });
  private readonly listener: CallListener;
  private stream: MediaStream | undefined;
  private socket: WebSocket | undefined;
  private microphone: AudioWorkletNode | undefined;
  private loudspeaker: AudioWorkletNode | undefined;
  private isOver = false;

  constructor(listener: CallListener) {
    this.listener = listener;
  }

  /** Throws what keeps the call from beginning. */
  async begin(agentId: string): Promise<void> {
    this.listener.onPhase("connecting");
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true },
      });
      await this.context.resume();
      await this.context.audioWorklet.addModule(worklets);
      const key = await ask(api.POST("/api/realtime/token", { body: { agent_id: agentId } }));
      if (this.isOver) return;
      this.callLogId = key.call_log_id;
      this.connect(agentId, key.ephemeral_key);
    } catch (error) {
      this.end();
      throw error;
    }
  }

  private connect(agentId: string, key: string): void {
    const url = new URL(`/realtime/${agentId}`, window.location.origin);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url, ["realtime", `openai-insecure-api-key.${key}`]);
    this.socket = socket;
    socket.onopen = () => this.send({ type: "session.update", session: { type: "realtime" } });
    socket.onmessage = ({ data }: MessageEvent<string>) => this.take(JSON.parse(data) as Told);
    socket.onclose = ({ code, reason }) => {
      if (!this.isOver && code !== 1000) this.listener.onError(reason || String(code));
      this.end();
    };
  }

  private send(event: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(event));
  }

  private listenOrEnd(): void {
    try {
      this.listen();
    } catch (error) {
      this.listener.onError((error as Error).message);
      this.end();
    }
  }

  private listen(): void {
    this.microphone = new AudioWorkletNode(this.context, "aiva-microphone", {
      numberOfInputs: 1,
      numberOfOutputs: 0,
    });
    this.microphone.port.onmessage = ({ data }) => {
      this.listener.onLevel("customer", data.level);
      if ((this.socket?.bufferedAmount ?? 0) > bufferedBytesMax) return;
      this.send({ type: "input_audio_buffer.append", audio: toBase64(data.samples) });
    };
    this.context.createMediaStreamSource(this.stream!).connect(this.microphone);
    this.loudspeaker = new AudioWorkletNode(this.context, "aiva-loudspeaker", {
      numberOfInputs: 0,
      outputChannelCount: [2],
    });
    this.loudspeaker.port.onmessage = ({ data }) => this.listener.onLevel("agent", data.level);
    this.loudspeaker.connect(this.context.destination);
    this.listener.onPhase("talking");
  }

  private take(told: Told): void {
    const id = told.item_id ?? "";
    switch (told.type) {
      case "session.created":
        return this.listenOrEnd();
      case "input_audio_buffer.speech_started":
        return this.play({ flush: true });
      case "input_audio_buffer.committed":
        return this.listener.onSaid(id, "customer", () => "…");
      case "conversation.item.added":
        return this.takeKeyed(told.item);
      case "conversation.item.input_audio_transcription.completed":
        return this.listener.onSaid(id, "customer", () => told.transcript || null);
      case "conversation.item.input_audio_transcription.failed":
        return this.listener.onSaid(id, "customer", () => null);
      case "response.output_audio_transcript.delta":
        return this.listener.onSaid(id, "agent", (text) => text + (told.delta ?? ""));
      case "response.output_audio.delta":
        return this.play({ samples: fromBase64(told.delta ?? "") });
      case "response.output_audio.done":
        return this.play({ end: true });
      case "response.done":
        if (told.response?.status === "cancelled") this.play({ flush: true });
        return;
      case "error":
        return this.listener.onError(told.error?.message ?? "");
    }
  }

  private play(message: { samples?: ArrayBuffer; flush?: true; end?: true }): void {
    this.loudspeaker?.port.postMessage(message, message.samples ? [message.samples] : []);
  }

  // An answer that was keyed in comes as an item of its own, all at once.
  private takeKeyed(item: Told["item"]): void {
    const [part] = item?.content ?? [];
    if (item?.role !== "user" || part?.type !== "input_text" || !part.text) return;
    this.listener.onSaid(item.id, "customer", () => part.text!);
  }

  /** Presses keys of a telephone: 0 to 9, * and #. */
  press(digits: string): void {
    this.send({ type: "aiva.dtmf", digits });
  }

  setMuted(isMuted: boolean): void {
    this.microphone?.port.postMessage({ muted: isMuted });
  }

  /** Hangs up. */
  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.socket?.close(1000);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    void this.context.close().catch(() => undefined);
    this.listener.onPhase("over");
  }
}
