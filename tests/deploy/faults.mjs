// What really goes wrong, and which alerts have to come of it: caused, kept up, and cured.
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { canConfine, Confinement } from "./confinement.mjs";
import { Caller, holdCall } from "./errands.mjs";

const isRoot = process.getuid() === 0;
let lock; // of the database's tables
let filled = 0; // megabytes of a volume
let confinement; // of a process with few cores
let confined;

const path = ({ session }) => `/api/chat/${session}/messages`;
const chat = ({ home }) =>
  home.caller.call("POST", path(home), { content: `Why? ${Math.random()}` });
const spoil = ({ estate }, fault) => estate.control(estate.model, "POST", "/_faults", fault);
const heal = ({ estate }) => estate.control(estate.model, "DELETE", "/_faults");
const pidOf = (node) => node.program.child.pid;
const hostOf = (node) => new URL(node.url).host;

/** How many files a process may open; as many as it may be given where nothing is said. */
function limitFiles(node, count) {
  const limits = readFileSync(`/proc/${pidOf(node)}/limits`, "utf8");
  const most = /Max open files +\d+ +(\d+)/.exec(limits)[1];
  const words = [`--pid=${pidOf(node)}`, `--nofile=${count ?? most}:${most}`];
  const { status, stderr } = spawnSync("prlimit", words, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
}

/** To the programs that a script started. */
function signalChildren(program, signal) {
  const { stdout } = spawnSync("pgrep", ["-P", `${program.child.pid}`], { encoding: "utf8" });
  for (const pid of stdout.trim().split("\n")) process.kill(Number(pid), signal);
}

/** Several at a time. */
const together = (count, act) => Promise.all(Array.from({ length: count }, (_, at) => act(at)));

/**
 * Each with the alerts that come of it, and with figures that begin with it (`shows`). Those of one
 * round are caused at one time: none breaks what another needs, or raises another's alerts. What
 * `prepare` does is there before the alerts are looked at, until `leave`; `instance` is the one
 * process whose alerts count.
 */
export const faults = [
  {
    what: "the worker is killed, and starts again",
    round: 4,
    alerts: ["AivaDown"],
    cause: ({ estate }) => estate.worker.program.end("SIGKILL"),
    cure: async ({ estate }) => {
      estate.worker = await estate.worker.start();
    },
  },
  {
    what: "Prometheus is told of no process",
    round: 10,
    alerts: ["AivaAbsent"],
    cause: ({ tower }) => tower.watch([]),
    cure: ({ tower, nodes }) => tower.watch(nodes()),
  },
  {
    what: "the worker starts again and again",
    round: 2,
    alerts: ["AivaRestarts"],
    cause: async ({ estate }) => {
      for (let times = 0; times < 3; ++times) {
        await estate.worker.program.end("SIGKILL");
        estate.worker = await estate.worker.start();
        await pause(2500);
      }
    },
  },
  {
    what: "the model provider refuses, then fails",
    round: 1,
    shows: ["aiva_model_attempt_failures_total"],
    alerts: [
      "AivaModelRateLimited",
      "AivaModelErrors",
      "AivaModelResting",
      "AivaChatFailures",
      "AivaServerErrors",
      "AivaSuccessLow",
    ],
    cause: async (scene) => {
      await spoil(scene, { kind: "rate_limit", on: "chat", count: 10, retry_after_s: 0 });
      await spoil(scene, { kind: "server_error", on: "chat", share: 1 });
    },
    meanwhile: (scene) => together(4, () => chat(scene)),
    cure: async (scene) => {
      await heal(scene);
      for (let tries = 0; tries < 60; ++tries, await pause(500))
        if ((await chat(scene)).status < 300) return;
    },
  },
  {
    what: "the model provider is slow",
    round: 2,
    alerts: ["AivaChatSlow", "AivaLatencyMedian", "AivaLatencyP95", "AivaLatencyP99"],
    cause: async (scene) => {
      const { caller, base } = scene.home;
      const open = () => caller.ask("POST", "/api/chat/sessions", { kb_id: base });
      scene.home.sessions = (await together(8, open)).map(({ id }) => id);
      await spoil(scene, { kind: "slow_first_token", on: "chat", share: 1, delay_ms: 7000 });
    },
    meanwhile: async ({ home: { caller, sessions } }) => {
      // Half of them begin later, so that some end all the time.
      await together(8, async (at) => {
        await pause(at * 900);
        return chat({ home: { caller, session: sessions[at] } });
      });
    },
    cure: heal,
  },
  {
    what: "vectors are not to be had",
    round: 4,
    alerts: ["AivaEmbeddingFailures", "AivaSearchDegraded"],
    cause: (scene) => spoil(scene, { kind: "server_error", on: "embeddings", share: 1 }),
    meanwhile: ({ home }) => home.caller.search(home.base, `something ${Math.random()}`),
    cure: heal,
  },
  {
    what: "vectors take long",
    round: 6,
    alerts: ["AivaSearchSlow"],
    cause: (scene) => spoil(scene, { kind: "slow", on: "embeddings", share: 1, delay_ms: 4000 }),
    meanwhile: ({ home }) =>
      together(8, async (at) => {
        await pause(at * 500);
        return home.caller.search(home.base, `something slow ${Math.random()}`);
      }),
    cure: heal,
  },
  {
    what: "callers wait for a model that is slow",
    round: 5,
    alerts: ["AivaVoiceSlow"],
    cause: (scene) =>
      spoil(scene, { kind: "slow_first_token", on: "chat", share: 1, delay_ms: 3000 }),
    meanwhile: ({ estate, home }) => together(2, () => holdCall(estate, home)),
    cure: heal,
  },
  {
    what: "callers ask for what is not there",
    round: 4,
    alerts: ["AivaClientErrors"],
    cause: () => {},
    meanwhile: ({ home }) =>
      together(10, () => home.caller.call("GET", `/api/agents/${randomUUID()}`)),
  },
  {
    what: "somebody guesses passwords",
    round: 8,
    alerts: ["AivaLoginsFail"],
    cause: () => {},
    // Passwords are checked by threads of the lowest priority: on a busy machine one takes seconds,
    // so that many are kept waiting and none waits for another to be sent.
    meanwhile: ({ estate }) =>
      together(48, async () => {
        const words = { email: `${randomUUID()}@example.org`, password: "not the password" };
        const guesser = new Caller(estate.api.url);
        for (const end = Date.now() + 5000; Date.now() < end;)
          await guesser.call("POST", "/api/auth/login", words);
      }),
  },
  {
    what: "a tenant has no credits",
    round: 7,
    alerts: ["AivaCreditsRefused"],
    cause: async ({ home }) => {
      const { available } = await home.caller.ask("GET", "/api/credits/balance");
      home.taken = available - 0.0001;
      await home.caller.ask("POST", "/api/credits/deduct", { amount: home.taken });
      await pause(3000); // what is remembered of the account
    },
    meanwhile: ({ home }) => home.caller.search(home.base, `dear ${Math.random()}`),
    cure: ({ home }) => home.caller.ask("POST", "/api/credits/add", { amount: home.taken }),
  },
  {
    what: "documents cannot be read",
    round: 3,
    alerts: ["AivaDocumentsFail"],
    cause: () => {},
    meanwhile: async ({ home }) => {
      await home.caller.upload(home.base, `${Math.random()}.pdf`, `%PDF-1.7 no ${Math.random()}`);
      await pause(500);
    },
  },
  {
    what: "the worker stands still while documents come",
    round: 8,
    alerts: ["AivaQueueLong", "AivaDown"],
    cause: async ({ estate, home }) => {
      process.kill(pidOf(estate.worker), "SIGSTOP");
      for (let done = 0; done < 510; done += 10)
        await together(10, (at) =>
          home.caller.upload(home.base, `many ${done + at}.txt`, `Number ${done + at}.`),
        );
    },
    cure: async ({ estate, home }) => {
      process.kill(pidOf(estate.worker), "SIGCONT");
      const bases = `/api/knowledge/${home.caller.tenant}/knowledge-bases`;
      const last = home.base;
      home.base = (await home.caller.ask("POST", bases, { name: "New" })).id;
      await home.caller.ask("DELETE", `${bases}/${last}`);
    },
  },
  {
    what: "the database's tables are locked",
    round: 11,
    alerts: ["AivaDatabasePoolUsed", "AivaDatabaseNoConnection", "AivaDatabaseSlow"],
    cause: ({ estate }) => {
      lock = estate.holdSql("FLUSH TABLES WITH READ LOCK; SELECT SLEEP(12);");
    },
    meanwhile: async ({ home }) => {
      void together(12, () =>
        home.caller.call("POST", "/api/chat/sessions", { kb_id: home.base }).catch(() => {}),
      );
      await pause(1000);
    },
    cure: () => lock.end("SIGKILL"),
  },
  {
    what: "the replica follows no more",
    round: 6,
    alerts: ["AivaReplicaUnused"],
    cause: ({ estate }) => estate.sql("replica", "STOP SLAVE"),
    meanwhile: () => pause(500),
    cure: ({ estate }) => estate.sql("replica", "START SLAVE"),
  },
  {
    what: "the replica is late",
    round: 1,
    alerts: ["AivaReplicaLag"],
    cause: ({ estate }) =>
      estate.sql("replica", "STOP SLAVE; CHANGE MASTER TO master_delay=5; START SLAVE"),
    meanwhile: async ({ home }) => {
      await home.caller.call("POST", "/api/chat/sessions", { kb_id: home.base });
      await pause(500);
    },
    cure: ({ estate }) =>
      estate.sql("replica", "STOP SLAVE; CHANGE MASTER TO master_delay=0; START SLAVE"),
  },
  {
    what: "Redis is away",
    round: 9,
    alerts: ["AivaRedisDown"],
    shows: ["aiva_redis_failures_total"],
    cause: ({ estate }) => estate.redis.end("SIGKILL"),
    cure: ({ estate }) => estate.openRedis(),
  },
  {
    what: "Redis is full and drops keys",
    round: 2,
    alerts: ["AivaRedisMemory", "AivaRedisEvictions"],
    cause: async ({ estate }) => {
      const info = await estate.askRedis("INFO memory");
      const used = Number(/used_memory:(\d+)/.exec(info)[1]);
      await estate.askRedis(`CONFIG SET maxmemory ${used + 2_000_000}`);
    },
    meanwhile: async ({ estate }) => {
      await estate.askRedis(`DEBUG POPULATE 200 fill${Math.random()} 20000`);
      await pause(500);
    },
    cure: async ({ estate }) => {
      await estate.askRedis("CONFIG SET maxmemory 256mb");
    },
  },
  {
    what: "what is looked for in Redis was never put there",
    round: 4,
    alerts: ["AivaRedisMisses"],
    cause: () => {},
    meanwhile: async ({ estate }) => {
      await together(50, () => estate.askRedis(`GET nothing${Math.random()}`));
      await pause(200);
    },
    cure: async ({ estate }) => {
      await estate.askRedis("SET something there");
      for (let times = 0; times < 400; ++times) {
        await together(10, () => estate.askRedis("GET something"));
        await pause(50);
      }
    },
  },
  {
    what: "the store of objects stands still",
    round: 9,
    alerts: ["AivaDependencyDown"],
    cause: ({ estate }) => signalChildren(estate.store, "SIGSTOP"),
    cure: ({ estate }) => signalChildren(estate.store, "SIGCONT"),
  },
  {
    what: "a shop refuses, then fails",
    round: 3,
    alerts: ["AivaShopSyncs", "AivaShopThrottled"],
    cause: ({ estate }) => {
      estate.shop.faults.add({ kind: "throttled", on: "graphql", count: 3 });
      estate.shop.faults.add({ kind: "unauthorized", on: "graphql", count: 1000 });
    },
    meanwhile: async ({ home }) => {
      const wanted = { store_id: home.store, type: "full" };
      await home.caller.call("POST", `${home.place}/sync`, wanted);
      await pause(1000);
    },
    cure: ({ estate }) => estate.shop.faults.clear(),
  },
  {
    what: "receivers of events answer 500",
    round: 3,
    alerts: ["AivaWebhooksFail"],
    cause: ({ estate }) =>
      estate.control(estate.receiver, "POST", "/_mode", { kind: "status", status: 500 }),
    meanwhile: async ({ home }) => {
      await home.caller.upload(home.base, `told ${Math.random()}.txt`, `Told ${Math.random()}.`);
      await pause(500);
    },
    cure: ({ estate }) => estate.control(estate.receiver, "DELETE", "/_mode"),
  },
  {
    what: "a process may open hardly more files than it has",
    round: 7,
    alerts: ["AivaFileDescriptors"],
    cause: async ({ estate, tower }) => {
      const [{ value }] = await tower.query(`process_open_fds{instance="${hostOf(estate.api)}"}`);
      limitFiles(estate.api, Math.ceil(value * 1.15));
    },
    cure: ({ estate }) => limitFiles(estate.api),
    isPossible: () => isRoot,
  },
  {
    what: "the volume of the data folder becomes full",
    round: 6,
    alerts: ["AivaDiskFullSoon", "AivaDiskFull"],
    cause: ({ estate }) => {
      const folder = `${estate.folder}/worker`;
      spawnSync("mount", ["-t", "tmpfs", "-o", "size=32m", "full", folder]);
      writeFileSync(`${folder}/filling`, "");
      filled = 0;
    },
    meanwhile: async ({ estate }) => {
      await pause(1000);
      if (filled++ < 28) appendFileSync(`${estate.folder}/worker/filling`, Buffer.alloc(1 << 20));
    },
    cure: ({ estate }) => {
      rmSync(`${estate.folder}/worker/filling`);
      spawnSync("umount", ["-l", `${estate.folder}/worker`]);
    },
    isPossible: () => isRoot,
  },
  {
    what: "every core that a process may use is busy",
    round: 5,
    alerts: ["AivaCpuHigh", "AivaCpuPeak", "AivaCpuAverage"],
    // Half a core of its own: the cores of the machine are busy with the rest of this, too.
    prepare: async ({ estate, tower, nodes }) => {
      confinement = new Confinement(0.5);
      confined = await estate.addNode("api", "confined", {}, 0, confinement.words);
      tower.watch([...nodes(), confined.url]);
      const busy = `instance:aiva_host_cpu:ratio_rate2m{instance="${hostOf(confined)}"}`;
      const isIdle = async () => (await tower.query(`${busy} < 0.5`)).length === 1;
      await tower.until("it has started", isIdle);
    },
    instance: () => hostOf(confined),
    cause: () => confinement.start("node", "-e", "for (;;);"),
    cure: () => confinement.end(),
    leave: async ({ tower, nodes }) => {
      tower.watch(nodes());
      await confinement?.close();
    },
    isPossible: canConfine,
  },
];

/** Why no fault is caused for the other alerts: tests of promtool alone show them. */
export const withoutFault = {
  AivaMemoryHigh: "the memory of the machine would have to be filled",
  AivaMemoryPeak: "the memory of the machine would have to be filled",
  AivaMemoryAverage: "the memory of the machine would have to be filled",
  AivaNetworkBusy: "the network of the machine would have to be filled, and its speed be known",
  AivaModelLatency: "connections on one machine take no time",
  AivaModelLatencyGoal: "connections on one machine take no time",
  AivaObjectStoreRetries: "the S3 server here answers every request or none",
  AivaVoiceQuality: "callers here come by WebSocket, which loses nothing",
  AivaVoiceLate: "the cores would have to be too busy for Prometheus, too",
  AivaCallsFail: "a caller who is silent is waited for longer than all the rest takes",
  AivaRecordingsLost: "a store that stands still is waited for longer than all the rest takes",
  AivaJobsDead: "a job is tried for longer than all the rest takes",
};
