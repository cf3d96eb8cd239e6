// What is done to an installation, one trouble at a time. Each `happen` begins it, waits as long as
// it lasts and ends it; recovery is measured from its end.
import { pause } from "./processes.mjs";

const pick = (items, random) => items[Math.floor(random() * items.length)];
const between = (from, to, random) => from + (to - from) * random();

function killNode(role) {
  return async ({ fleet, random }) => {
    const node = pick(fleet.ofRole(role), random);
    await node.kill();
    await pause(between(200, 4000, random));
    await node.start();
    return node.name;
  };
}

function holdNode(role) {
  return async ({ fleet, random }) => {
    const node = pick(fleet.ofRole(role), random);
    node.hold();
    await pause(between(500, 9000, random));
    node.go();
    return node.name;
  };
}

function link(way, end) {
  return async ({ fleet, random }) => {
    const node = pick(fleet.nodes, random);
    const chosen = way === "primary" ? node.primary : pick(node.replicas, random);
    chosen[end]();
    await pause(between(300, 6000, random));
    chosen.mend();
    return chosen.name;
  };
}

export const troubles = {
  "an api process is killed": killNode("api"),
  "an api process stands still": holdNode("api"),
  "a worker is killed": killNode("worker"),
  "a worker stands still": holdNode("worker"),
  "the bridge is killed": killNode("bridge"),
  "the primary dies and a replica takes its place": async ({ fleet, maria }) => {
    const old = await maria.promote();
    fleet.turnLinks();
    return { what: old.name, after: () => maria.rebuild(old).then(() => fleet.turnLinks()) };
  },
  "the primary stands still": async ({ maria, random }) => {
    maria.primary.hold();
    await pause(between(500, 6000, random));
    maria.primary.go();
    return maria.primary.name;
  },
  "a replica dies": async ({ maria, random }) => {
    const replica = pick(maria.replicas, random);
    await replica.kill();
    await pause(between(500, 6000, random));
    await maria.restart(replica);
    return replica.name;
  },
  "a replica stops following": async ({ maria, random }) => {
    const replica = pick(maria.replicas, random);
    await replica.ask("STOP SLAVE SQL_THREAD");
    await pause(between(2000, 9000, random));
    await replica.ask("START SLAVE SQL_THREAD");
    return replica.name;
  },
  "a way to the primary is cut": link("primary", "cut"),
  "a way to the primary goes silent": link("primary", "hold"),
  "a way to a replica is cut": link("replica", "cut"),
  "a way to a replica goes silent": link("replica", "hold"),
  "a node of Redis is killed": async ({ redis, random }) => {
    const node = pick(redis.nodes, random);
    await node.kill();
    await pause(between(500, 8000, random));
    await node.start();
    return node.name;
  },
  "a node of Redis stands still": async ({ redis, random }) => {
    const node = pick(redis.nodes, random);
    node.hold();
    await pause(between(500, 8000, random));
    node.go();
    return node.name;
  },
  "all of Redis is gone": async ({ redis, random }) => {
    await Promise.all(redis.nodes.map((node) => node.kill()));
    await pause(between(1000, 6000, random));
    for (const node of redis.nodes) await node.start();
    return "redis";
  },
};
