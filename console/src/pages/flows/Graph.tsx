import { useWords } from "../../language";
import { edgesOf, nameOf, type Edge, type Step } from "./flow";
import styles from "./Graph.module.css";
import { ar } from "./words.ar";
import { en } from "./words.en";

const width = 190;
const height = 46;
const gap = 34;
const margin = 10;
const lane = 16; // between lines that pass by the side
const lineClasses: Record<Edge["kind"], string | undefined> = {
  next: styles.next,
  no: styles.no,
  failure: styles.failure,
  case: styles.case,
};

function top(place: number): number {
  return margin + place * (height + gap);
}

function Line({ edge, number }: { edge: Edge; number: number }) {
  const isStraight = edge.to === edge.from + 1 && edge.kind === "next";
  const middle = margin + width / 2;
  const side = margin + width;
  const out = side + lane * (1 + number);
  const from = top(edge.from) + height / 2 + 6;
  const to = top(edge.to) + height / 2 - 6;
  const path = isStraight
    ? `M ${middle} ${top(edge.from) + height} V ${top(edge.to) - 2}`
    : `M ${side} ${from} C ${out} ${from}, ${out} ${from}, ${out} ${(from + to) / 2} S ${out} ${to}, ${side + 4} ${to}`;
  return (
    <path d={path} className={lineClasses[edge.kind]} markerEnd="url(#flow-arrow)" fill="none">
      <title>{edge.label}</title>
    </path>
  );
}

interface GraphProps {
  steps: Step[];
  chosen: number | null;
  onChoose: (place: number) => void;
}

/** The steps of a flow and where they lead. The list beside it says the same in words. */
export function Graph({ steps, chosen, onChoose }: GraphProps) {
  const t = useWords({ en, ar });
  const edges = edgesOf(steps);
  const bent = edges.filter((edge) => edge.to !== edge.from + 1 || edge.kind !== "next");
  const wide = margin * 2 + width + lane * (bent.length + 1);
  const high = top(steps.length) + height + margin;
  return (
    <div dir="ltr" className={styles.frame} tabIndex={0} role="group" aria-label={t("graph")}>
      <svg
        role="img"
        aria-label={t("graphOf", { count: steps.length })}
        width={wide}
        height={high}
        viewBox={`0 0 ${wide} ${high}`}
      >
        <defs>
          <marker
            id="flow-arrow"
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto-start-reverse"
          >
            <path d="M 0 0 L 8 4 L 0 8 z" className={styles.head} />
          </marker>
        </defs>
        {edges.map((edge, place) => (
          <Line key={place} edge={edge} number={bent.indexOf(edge)} />
        ))}
        {steps.map((step, place) => (
          <g key={place} onClick={() => onChoose(place)} className={styles.step}>
            <rect
              x={margin}
              y={top(place)}
              width={width}
              height={height}
              rx="8"
              className={place === chosen ? styles.chosen : styles.box}
            />
            <text x={margin + 10} y={top(place) + 19} className={styles.name}>
              {nameOf(step, place).slice(0, 24)}
            </text>
            <text x={margin + 10} y={top(place) + 36} className={styles.kind}>
              {t(step.type)}
            </text>
          </g>
        ))}
        <rect
          x={margin}
          y={top(steps.length)}
          width={width}
          height={height}
          rx="23"
          className={styles.box}
        />
        <text
          x={margin + width / 2}
          y={top(steps.length) + 28}
          textAnchor="middle"
          className={styles.name}
        >
          {t("completion")}
        </text>
      </svg>
      <p className={styles.legend} aria-hidden>
        <span className={styles.keyNext}>{t("next")}</span>
        <span className={styles.keyCase}>{t("case")}</span>
        <span className={styles.keyNo}>{t("on_no")}</span>
        <span className={styles.keyFailure}>{t("on_failure")}</span>
      </p>
    </div>
  );
}
