// One fault, from its cause to the end of the last alert that comes of it, and what is told of it.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { rules } from "./rules.mjs";

const quietMs = 90_000; // until what was before is over
const stepMs = 90_000; // for a cause or a cure
const alertsMs = 120_000; // for alerts to come, or to go

const severityOf = (name) => rules.find(({ alert }) => alert === name).labels.severity;

/** What `act` answers; throws when it takes longer than a step may. */
async function inTime(what, act) {
  const patience = new AbortController();
  const late = pause(stepMs, undefined, { signal: patience.signal }).then(() => {
    throw new Error(`${what} takes too long`);
  });
  try {
    return await Promise.race([Promise.resolve().then(act), late]);
  } finally {
    patience.abort();
    late.catch(() => {});
  }
}

export class Trial {
  /** `scene` is what faults are caused in, with its `tower`. */
  constructor(fault, scene) {
    this.fault = fault;
    this.scene = scene;
    this.tower = scene.tower;
    this.isWhole = false; // all of them fired, were told and ended
    this.seen = new Map(fault.alerts.map((name) => [name, { name }]));
  }

  async run() {
    const { what, prepare, leave } = this.fault;
    try {
      await inTime(`what goes before (${what})`, () => prepare?.(this.scene));
      this.instance = this.fault.instance?.(this.scene);
      await this.tryIt();
    } finally {
      await leave?.(this.scene);
    }
  }

  async tryIt() {
    const { what, alerts, cure } = this.fault;
    await this.until("nothing of before fires", quietMs, async () => this.isQuiet());
    this.skipped = this.tower.heard.length;
    this.began = Date.now();
    const [failure] = await Promise.allSettled([this.fire()]);
    await inTime(`the cure (${what})`, () => cure?.(this.scene));
    this.cured = Date.now();
    await this.until(`${alerts} end`, alertsMs, async () => this.haveEnded());
    if (failure.status === "rejected") throw failure.reason;
    this.isWhole = true;
  }

  async fire() {
    const { what, alerts, shows = [], cause, meanwhile } = this.fault;
    const { scene } = this;
    await inTime(`the cause (${what})`, () => cause(scene));
    await this.until(
      `${alerts} fire`,
      alertsMs,
      async () => this.haveFired(),
      meanwhile && (async () => meanwhile(scene)),
    );
    if (shows.length === 0) return; // a process may be away
    const series = await scene.seriesOfAll();
    for (const name of shows) assert.ok(series.has(name), `there is no ${name}`);
  }

  until(what, timeMs, holds, meanwhile) {
    return this.tower.until(what, holds, { timeMs, meanwhile });
  }

  async isQuiet() {
    const firing = await this.tower.firing(this.instance);
    return this.fault.alerts.every((name) => !firing.has(name));
  }

  /** Notes what fires, and what was said of it. */
  async look() {
    const { instance, skipped } = this;
    const firing = await this.tower.firing(instance);
    const held = await this.tower.heldBack(instance);
    for (const [name, seen] of this.seen) {
      seen.isFiring = firing.has(name);
      if (firing.has(name)) seen.firedMs ??= Date.now() - this.began;
      if (held.has(name)) seen.isHeldBack = true;
      seen.heard = this.tower.lastHeard(name, { instance, skipped });
      seen.wasTold ||= seen.heard === "firing";
    }
    return [...this.seen.values()];
  }

  async haveFired() {
    const all = await this.look();
    return all.every(({ firedMs, isHeldBack, wasTold }) => firedMs && (isHeldBack || wasTold));
  }

  async haveEnded() {
    const all = await this.look();
    for (const seen of all.filter(({ firedMs }) => firedMs !== undefined))
      seen.endedMs = seen.isFiring ? undefined : (seen.endedMs ?? Date.now() - this.cured);
    // Nobody is told of the end of a goal that is missed, nor of what was never told.
    const isUntold = ({ name, isHeldBack, wasTold }) =>
      isHeldBack || !wasTold || severityOf(name) === "info";
    return all.every((seen) => !seen.isFiring && (isUntold(seen) || seen.heard === "resolved"));
  }
}

const seconds = (ms) => (ms === undefined ? "never" : `${(ms / 1000).toFixed(0)} s`);

/** A table of what came of trials, a line for each alert. */
export function tell(trials) {
  const rows = [["alert", "fired after", "told", "ended after", "fault"]];
  for (const { fault, seen } of trials)
    for (const { name, firedMs, endedMs, isHeldBack, wasTold } of seen.values()) {
      const told = wasTold ? "yes" : isHeldBack ? "held back" : "no";
      rows.push([name, seconds(firedMs), told, seconds(endedMs), fault.what]);
    }
  const widths = rows[0].map((_, at) => Math.max(...rows.map((row) => row[at].length)));
  const line = (row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at]))
      .join("  ")
      .trimEnd();
  const whole = trials.filter(({ isWhole }) => isWhole);
  return `${rows.map(line).join("\n")}\n${whole.length} of ${trials.length} faults came and went`;
}

/** Faults that are caused at one time, in the order of their rounds. */
export function roundsOf(faults) {
  const numbers = [...new Set(faults.map(({ round }) => round))].sort((a, b) => a - b);
  assert.ok(numbers.every(Number.isInteger), "every fault has a round");
  return numbers.map((number) => faults.filter(({ round }) => round === number));
}
