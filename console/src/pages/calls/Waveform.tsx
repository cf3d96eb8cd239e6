import { useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useEffect, useMemo, useRef, type MouseEvent } from "react";
import { useWords } from "../../language";
import { peaksOf, type Recording } from "./wav";
import { ar } from "./words.ar";
import { en } from "./words.en";

const laneHeight = 56;
const laneWords = ["caller", "agent"] as const;

interface WaveformProps {
  recording: Recording;
  at: number; // seconds that were played
  onSeek: (seconds: number) => void;
}

/** The sound of a call, the caller above the agent. What was played stands out; a click goes there. */
export function Waveform({ recording, at, onSeek }: WaveformProps) {
  const t = useWords({ en, ar });
  const scheme = useComputedColorScheme("light");
  const canvas = useRef<HTMLCanvasElement>(null);
  const { ref, width } = useElementSize();
  const lanes = Math.min(recording.channels, laneWords.length);
  const columns = Math.max(1, Math.floor(width / 2));
  const peaks = useMemo(
    () => Array.from({ length: lanes }, (_, lane) => peaksOf(recording, lane, columns)),
    [recording, lanes, columns],
  );
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context || width === 0) return;
    const scale = window.devicePixelRatio;
    canvas.current!.width = Math.floor(width * scale);
    canvas.current!.height = lanes * laneHeight * scale;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    const played = (at / recording.seconds) * columns;
    const [rest, heard] =
      scheme === "dark" ? (["#6b7280", "#8eaff3"] as const) : (["#9aa3ad", "#2456c0"] as const);
    peaks.forEach((lane, number) => {
      const middle = (number + 0.5) * laneHeight;
      lane.forEach((peak, column) => {
        const half = Math.max(0.5, peak * (laneHeight / 2 - 3));
        context.fillStyle = column < played ? heard : rest;
        context.fillRect(column * 2, middle - half, 1.5, 2 * half);
      });
    });
    context.fillStyle = heard;
    context.fillRect(played * 2, 0, 1, lanes * laneHeight);
  }, [peaks, at, width, lanes, columns, recording.seconds, scheme]);
  const seek = (event: MouseEvent) => {
    const box = canvas.current!.getBoundingClientRect();
    onSeek(((event.clientX - box.left) / box.width) * recording.seconds);
  };
  return (
    <div dir="ltr" style={{ display: "flex", gap: 8 }}>
      <div aria-hidden>
        {laneWords.slice(0, lanes).map((word) => (
          <div
            key={word}
            style={{ height: laneHeight, lineHeight: `${laneHeight}px`, fontSize: 13 }}
          >
            {t(word)}
          </div>
        ))}
      </div>
      <div ref={ref} style={{ flex: 1, minWidth: 0 }}>
        <canvas
          ref={canvas}
          role="img"
          aria-label={t("waveform")}
          onClick={seek}
          style={{ width: "100%", height: lanes * laneHeight, cursor: "pointer", display: "block" }}
        />
      </div>
    </div>
  );
}
