import type { Json } from "./client.ts";
import { resolve } from "./contract.ts";
import type { Random } from "./random.ts";

const depthMax = 6;

/** Makes values a schema of the contract allows, as far as it can see, and spoils them. */
export class ValueMaker {
  constructor(
    private readonly contract: Json,
    private readonly random: Random,
    /** An id that exists for a member of this name; undefined where it is no id. */
    private readonly idFor: (name: string) => string | undefined,
  ) {}

  /** A value for `name` as the schema wants it. */
  make(given: Json, name = "", depth = 0): Json {
    const schema = resolve(this.contract, given) ?? {};
    if (schema.const !== undefined) return schema.const;
    if (schema.enum !== undefined) return this.random.oneOf(schema.enum);
    const shown = [schema.examples ?? [], schema.example ?? [], schema.default ?? []].flat();
    if (shown.length > 0 && this.random.isLikely(0.3)) return this.random.oneOf(shown);
    const choices = schema.oneOf ?? schema.anyOf;
    if (choices !== undefined && schema.properties === undefined)
      return this.make(this.random.oneOf(choices), name, depth);
    const type = this.random.oneOf([schema.type ?? this.typeOf(schema)].flat());
    if (type === "object") return this.object(schema, depth);
    if (type === "array") return this.list(schema, name, depth);
    if (type === "integer" || type === "number") return this.number(schema, type);
    if (type === "boolean") return this.random.isLikely(0.5);
    if (type === "null") return null;
    return this.text(schema, name);
  }

  private typeOf(schema: Json): string {
    if (schema.properties !== undefined || schema.allOf !== undefined) return "object";
    return schema.items !== undefined ? "array" : "string";
  }

  private object(schema: Json, depth: number): Json {
    const made: Record<string, Json> = {};
    for (const part of schema.allOf ?? []) Object.assign(made, this.make(part, "", depth));
    const choices = schema.oneOf ?? schema.anyOf;
    const required: string[] = [...(schema.required ?? [])];
    if (choices !== undefined)
      required.push(...(resolve(this.contract, this.random.oneOf(choices))?.required ?? []));
    for (const [name, member] of Object.entries<Json>(schema.properties ?? {}))
      if (required.includes(name) || (depth < depthMax && this.random.isLikely(0.35)))
        made[name] = this.make(member, name, depth + 1);
    return made;
  }

  private list(schema: Json, name: string, depth: number): Json {
    const least = schema.minItems ?? 0;
    const count = Math.min(schema.maxItems ?? 3, least + this.random.below(3));
    if (depth >= depthMax && least === 0) return [];
    const item = name.replace(/s$/, "");
    return Array.from({ length: count }, () => this.make(schema.items ?? {}, item, depth + 1));
  }

  private number(schema: Json, type: string): number {
    const least = schema.minimum ?? (schema.exclusiveMinimum ?? -1) + 1;
    const most = Math.min(schema.maximum ?? least + 100, least + 1e6);
    if (this.random.isLikely(0.2))
      return this.random.isLikely(0.5) ? least : (schema.maximum ?? most);
    const value = least + this.random.next() * (most - least);
    return type === "integer" ? Math.round(value) : value;
  }

  private text(schema: Json, name: string): string {
    const id = this.idFor(name);
    if (id !== undefined && this.random.isLikely(0.9)) return id;
    if (name.endsWith("password")) return "Passw0rd-1234";
    const formats: Record<string, string> = {
      uuid: this.random.uuid(),
      "date-time": "2026-11-30T12:00:00Z",
      date: "2026-11-30",
      email: `x${this.random.below(1e9)}@own.test`,
      uri: "http://site.invalid/",
    };
    if (formats[schema.format] !== undefined) return formats[schema.format]!;
    if (schema.pattern !== undefined) return this.textLike(schema.pattern);
    const words = this.random.oneOf(["What is the word?", "magpie", "ما هي الكلمة؟", "二〇二六年"]);
    const least = schema.minLength ?? 0;
    return words.padEnd(least, "word").slice(0, schema.maxLength ?? words.length + least);
  }

  private textLike(pattern: string): string {
    const tries = [
      "shop-1",
      "shop_1",
      "SHOP_1",
      "12",
      "123456",
      "12:30",
      "#12ab34",
      "audio/wav",
      "5",
      "+4930123456",
    ];
    const like = tries.filter((each) => new RegExp(pattern).test(each));
    return like.length > 0 ? this.random.oneOf(like) : "a";
  }

  /** A copy with ids of ours in place of others, and an address nobody has yet. */
  own(value: Json, name = ""): Json {
    if (Array.isArray(value)) return value.map((each) => this.own(each, name.replace(/s$/, "")));
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(
        Object.entries(value).map(([member, each]) => [member, this.own(each, member)]),
      );
    if (typeof value !== "string") return value;
    if (name === "email") return this.text({ format: "email" }, "");
    return this.idFor(name) ?? value;
  }

  /** The value with one thing in it as no client would send it. */
  spoil(value: Json): Json {
    const copy = structuredClone(value);
    const places = placesOf(copy);
    if (places.length === 0) return this.nasty();
    const { holder, name } = this.random.oneOf(places);
    if (Array.isArray(holder)) holder[name as number] = this.nasty();
    else if (this.random.isLikely(0.25)) delete holder[name];
    else holder[name] = this.nasty();
    return copy;
  }

  nasty(): Json {
    return this.random.oneOf(nastyValues)();
  }

  nastyText(): string {
    for (;;) {
      const value = this.nasty();
      if (typeof value !== "object") return String(value);
    }
  }
}

interface Place {
  holder: Json;
  name: string | number;
}

function placesOf(value: Json, found: Place[] = []): Place[] {
  if (typeof value !== "object" || value === null) return found;
  for (const name of Object.keys(value)) {
    const at = Array.isArray(value) ? Number(name) : name;
    found.push({ holder: value, name: at });
    placesOf(value[at], found);
  }
  return found;
}

function nested(depth: number): Json {
  let value: Json = [];
  for (let i = 0; i < depth; ++i) value = i % 2 === 0 ? { a: value } : [value];
  return value;
}

const nastyValues: (() => Json)[] = [
  () => null,
  () => true,
  () => 0,
  () => -1,
  () => 1.5,
  () => 1e308,
  () => -1e308,
  () => 5e-324,
  () => 2 ** 31,
  () => 2 ** 53,
  () => 2 ** 63,
  () => 2 ** 64,
  () => "",
  () => " ",
  () => "\u0000",
  () => "a\u0000b",
  () => "\ud800",
  () => "\udfff\ud800",
  () => "\ufeff\ufffe\uffff",
  () => "\u202e\u2066x\u0301\u0301",
  () => "\r\nX-Injected: 1",
  () => "😀".repeat(300),
  () => "x".repeat(5_000),
  () => "é".repeat(70_000),
  () => "' OR '1'='1",
  () => '"; DROP TABLE users; --',
  () => "../../../../etc/passwd",
  () => "<script>alert(1)</script>",
  () => "{{system}}${x}%s%n",
  () => "(a+)+$",
  () => "NaN",
  () => "-0",
  () => "1e9",
  () => "2026-13-45T99:99:99Z",
  () => "9999-12-31T23:59:59Z",
  () => "0000-01-01T00:00:00Z",
  () => "http://127.0.0.1:22/",
  () => "http://[::ffff:169.254.169.254]/",
  () => "file:///etc/passwd",
  () => "javascript:alert(1)",
  () => "http://a.test:99999/",
  () => "x@y",
  () => "00000000-0000-0000-0000-000000000000",
  () => [],
  () => [null],
  () => ["", ""],
  () => Array(3_000).fill("x"),
  () => ({}),
  () => ({ "": "" }),
  () => JSON.parse('{"__proto__": {"admin": true}, "constructor": 1}'),
  () => nested(30),
  () => nested(400),
];

/** Bodies that are no JSON, or not what they claim to be. */
export function spoilText(json: string, random: Random): string | Uint8Array {
  const bytes = new TextEncoder().encode(json);
  return random.oneOf<() => string | Uint8Array>([
    () => json.slice(0, random.below(json.length)),
    () => json + "}",
    () => "\ufeff" + json,
    () => json.replaceAll('"', "'"),
    () => json.replace(/[:,]/, ";"),
    () => `${json}\n${json}`,
    () => "[".repeat(100_000),
    () => '{"a":'.repeat(50_000),
    () => "NaN",
    () => "{a: 1}",
    () => '{"a": 01}',
    () => '{"a": "\\x41"}',
    () => '{"a": "\\ud8"}',
    () => "// nothing\n" + json,
    () => new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), // {"<FF><FE>":1}
    () => new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]), // half of a pair, in UTF-8
    () => new Uint8Array([...bytes.slice(0, -1), 0xc3]),
    () => new Uint8Array(new Uint16Array([...json].map((each) => each.charCodeAt(0))).buffer),
  ])();
}
