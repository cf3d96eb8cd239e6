// An emulator of Deepgram's WebSockets, written from the types it publishes (npm @deepgram/sdk
// 5.13.0) and from what is known of its conduct: /v1/listen, /v2/listen (Flux), /v1/speak and the
// Voice Agent at /v1/agent/converse. It refuses what the provider refuses.
//
//   node tests/emulators/deepgram.mjs --port 0 [--host 127.0.0.1] [--key dg-test]
//
// prints {"port":N} once it listens. What is loud is speech; what it says is scripted. For tests:
//   POST /_script {turns: [{hears, says, calls: [{name, arguments}]}], ms_per_word?, pace_ms?,
//        ms_per_character?, idle_ms?}   Of a turn a word is heard for every `ms_per_word` of loud
//        audio (0: all at once): a client that loses audio loses words.
//   POST /_faults {kind, on?: listen | speak | agent, count?, …}   GET, DELETE: refuse {status},
//        cut {after_ms} (of audio heard, or said), slow {delay_ms} (before words or sound),
//        garbage, error (Flux and Agent), late_finals {delay_ms}
//   GET /_events: connections and what clients sent, audio as its bytes' number          DELETE
import { parseArgs } from "node:util";
import { startDeepgram } from "./deepgram/server.mjs";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    host: { type: "string", default: "127.0.0.1" },
    key: { type: "string", default: "dg-test" },
  },
});
const { port } = await startDeepgram({ ...values, port: Number(values.port) });
console.log(JSON.stringify({ port }));
