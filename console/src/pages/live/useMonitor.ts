import { useEffect, useRef, useState } from "react";
import { freshToken } from "../../session/tokens";
import type { Line } from "../calls/Lines";
import { listenRate, Loudspeaker, Microphone, speakRate } from "./sound";

export interface CallSides {
  at_ms: number;
  is_caller_speaking: boolean;
  is_agent_speaking: boolean;
  taken_over_by: string | null;
  followers: number;
}

/** What goes on in a call that is followed, and what can be done in it. */
export interface Monitor {
  connection: "connecting" | "open" | "over" | "lost";
  sides: CallSides | null;
  lines: Line[];
  words: { caller: string; agent: string }; // that are being said
  ending: string; // why the call is over
  error: string; // of the last command that was not followed
  droppedMs: number; // of sound that did not come
  isListening: boolean;
  isSpeaking: boolean; // the user's microphone is in the call
  setListening: (isOn: boolean) => Promise<void>;
  takeOver: () => Promise<void>;
  handBack: () => void;
  send: (command: Command) => void;
}

export type Command =
  | { type: "listen"; rate: number; channels: number }
  | { type: "stop_listening" | "hand_back" | "hang_up" }
  | { type: "take_over"; rate: number }
  | { type: "whisper" | "say"; text: string };

interface Told {
  type: string;
  text?: string;
  line?: Line;
  ms?: number;
  command?: string; // that was not followed
  message?: string;
  end_reason?: string;
}

const silent = { caller: "", agent: "" };
const bufferedBytesMax = 256 * 1024; // the network does not take more; then sound is left out

function withLine(lines: Line[], line: Line): Line[] {
  const others = lines.filter((one) => one.sequence_number !== line.sequence_number);
  return [...others, line].toSorted((a, b) => a.sequence_number - b.sequence_number);
}

/** Follows a call; `known` are the lines that were said before. */
export function useMonitor(callId: string, known: Line[] | undefined): Monitor {
  const [connection, setConnection] = useState<Monitor["connection"]>("connecting");
  const [sides, setSides] = useState<CallSides | null>(null);
  const [heard, setHeard] = useState<Line[]>([]);
  const [words, setWords] = useState(silent);
  const [ending, setEnding] = useState("");
  const [error, setError] = useState("");
  const [droppedMs, setDroppedMs] = useState(0);
  const [isListening, setIsListening] = useState(false);
  const [isSpeaking, setIsSpeaking] = useState(false);
  const socket = useRef<WebSocket | null>(null);
  const loudspeaker = useRef<Loudspeaker | null>(null);
  const microphone = useRef<Microphone | null>(null);

  const silence = () => {
    microphone.current?.close();
    microphone.current = null;
    setIsSpeaking(false);
  };
  const quiet = () => {
    loudspeaker.current?.close();
    loudspeaker.current = null;
    setIsListening(false);
    silence();
  };

  useEffect(() => {
    let isGone = false;
    const take = (told: Told) => {
      switch (told.type) {
        case "state":
          return setSides(told as unknown as CallSides);
        case "speech_started":
          return setSides((now) => now && { ...now, is_caller_speaking: true });
        case "speech_stopped":
        case "speech_dropped":
          return setSides((now) => now && { ...now, is_caller_speaking: false });
        case "customer_words":
          return setWords((now) => ({ ...now, caller: told.text ?? "" }));
        case "answer_started":
          return setSides((now) => now && { ...now, is_agent_speaking: true });
        case "agent_words":
          return setWords((now) => ({ ...now, agent: now.agent + (told.text ?? "") }));
        case "answer_ended":
          setWords((now) => ({ ...now, agent: "" }));
          return setSides((now) => now && { ...now, is_agent_speaking: false });
        case "line":
          setHeard((now) => withLine(now, told.line!));
          return setWords((now) =>
            told.line!.speaker === "customer" ? { ...now, caller: "" } : { ...now, agent: "" },
          );
        case "audio_dropped":
          return setDroppedMs((now) => now + (told.ms ?? 0));
        case "error":
          if (told.command === "take_over") silence();
          return setError(told.message ?? "");
        case "over":
          setEnding(told.end_reason ?? "");
          return setConnection("over");
      }
    };
    const connect = async () => {
      const token = await freshToken();
      if (isGone) return;
      const url = new URL(`/api/calls/${callId}/monitor`, window.location.origin);
      url.protocol = url.protocol.replace("http", "ws");
      url.searchParams.set("access_token", token ?? "");
      const made = new WebSocket(url);
      socket.current = made;
      made.binaryType = "arraybuffer";
      made.onopen = () => setConnection("open");
      made.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
        if (typeof data === "string") take(JSON.parse(data) as Told);
        else loudspeaker.current?.play(data);
      };
      made.onclose = () => {
        if (isGone) return;
        setConnection((now) => (now === "over" ? now : "lost"));
        quiet();
      };
    };
    void connect();
    return () => {
      isGone = true;
      socket.current?.close();
      quiet();
    };
  }, [callId]);

  const send = (command: Command) => {
    setError("");
    if (socket.current?.readyState === WebSocket.OPEN) socket.current.send(JSON.stringify(command));
  };
  const setListening = async (isOn: boolean) => {
    loudspeaker.current?.close();
    loudspeaker.current = null;
    setIsListening(isOn);
    if (!isOn) return send({ type: "stop_listening" });
    loudspeaker.current = new Loudspeaker();
    await loudspeaker.current.start();
    send({ type: "listen", rate: listenRate, channels: 2 });
  };
  const takeOver = async () => {
    setError("");
    try {
      microphone.current = await Microphone.open((samples) => {
        const open = socket.current;
        if (open?.readyState !== WebSocket.OPEN || open.bufferedAmount > bufferedBytesMax) return;
        open.send(samples);
      });
      setIsSpeaking(true);
      send({ type: "take_over", rate: speakRate });
    } catch (failure) {
      setError((failure as Error).message);
    }
  };
  const handBack = () => {
    silence();
    send({ type: "hand_back" });
  };
  const lines = heard.reduce(withLine, known ?? []);
  return {
    connection,
    sides,
    lines,
    words,
    ending,
    error,
    droppedMs,
    isListening,
    isSpeaking,
    setListening,
    takeOver,
    handBack,
    send,
  };
}
