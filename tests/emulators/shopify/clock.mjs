// The shop's clock: buckets, tokens and bulk results follow it, so that a test can let time pass
// without waiting.
export class Clock {
  #ahead_ms = 0;
  #stopped_at = null;

  now() {
    return (this.#stopped_at ?? Date.now()) + this.#ahead_ms;
  }

  advance(ms) {
    this.#ahead_ms += ms;
  }

  stop() {
    this.#stopped_at ??= Date.now();
  }

  go() {
    if (this.#stopped_at === null) return;
    this.#ahead_ms -= Date.now() - this.#stopped_at;
    this.#stopped_at = null;
  }
}

// What the APIs tell are whole seconds.
export const wholeSecond = (ms) => Math.floor(ms / 1000) * 1000;

// As GraphQL writes instants; null stays null.
export const writeUtc = (ms) =>
  ms === null ? null : new Date(wholeSecond(ms)).toISOString().replace(".000Z", "Z");

// As REST writes them: in the shop's time zone.
export const writeLocal = (ms, offset_minutes) => {
  if (ms === null) return null;
  const local = writeUtc(ms + offset_minutes * 60000).slice(0, -1);
  const minutes = Math.abs(offset_minutes);
  const two = (value) => String(value).padStart(2, "0");
  const sign = offset_minutes < 0 ? "-" : "+";
  return `${local}${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
};

// An instant as clients write it; without a zone it is the shop's. NaN for anything else.
export const readInstant = (text, offset_minutes) => {
  const parts = String(text).match(
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?)?$/,
  );
  if (!parts) return NaN;
  const [, day, time = "00:00:00", zone] = parts;
  if (zone) return Date.parse(`${day}T${time}${zone}`);
  return Date.parse(`${day}T${time}Z`) - offset_minutes * 60000;
};
