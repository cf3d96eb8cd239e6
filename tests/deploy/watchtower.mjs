// A Prometheus and an Alertmanager with the configuration of deploy/, made to hurry: what is
// minutes there is seconds here. A receiver hears what Alertmanager sends.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort, Program } from "./program.mjs";
import { deploy, rulesFolder } from "./rules.mjs";

const windows = { "2m": "6s", "5m": "10s", "10m": "10s", "15m": "12s", "30m": "40s", "1h": "20s" };

/** Rules whose windows and waits are seconds. */
function hurry(text) {
  return text
    .replaceAll(/\[(\d+[mh])\]/g, (_, time) => `[${windows[time]}]`)
    .replaceAll(/^( +)for: .*$/gm, "$1for: 1s");
}

/** `text` with each of `pairs`, of which every pattern must be there. */
function adapt(text, pairs) {
  for (const [pattern, replacement] of pairs) {
    assert.match(text, pattern, "the configuration changed, and its test did not");
    text = text.replaceAll(pattern, replacement);
  }
  return text;
}

export class Watchtower {
  folder = mkdtempSync(join(tmpdir(), "aiva-watchtower-"));
  heard = []; // {receiver, alert, labels, status}

  static async open(targets) {
    const tower = new Watchtower();
    tower.ports = { prometheus: await freePort(), alertmanager: await freePort() };
    await tower.listen();
    await tower.startAlertmanager();
    await tower.startPrometheus(targets);
    return tower;
  }

  async listen() {
    this.server = createServer((request, response) => {
      let text = "";
      request.on("data", (piece) => (text += piece));
      request.on("end", () => {
        response.end();
        const message = JSON.parse(text);
        for (const { labels, status } of message.alerts)
          this.heard.push({ receiver: message.receiver, alert: labels.alertname, labels, status });
      });
    });
    await new Promise((listening) => this.server.listen(0, "127.0.0.1", listening));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
  }

  async startAlertmanager() {
    const text = readFileSync(`${deploy}alertmanager/alertmanager.yml`, "utf8");
    writeFileSync(
      join(this.folder, "alertmanager.yml"),
      adapt(text, [
        [/http:\/\/[a-z]+\.example:8080/g, this.url],
        [/group_wait: \S+/g, "group_wait: 1s"],
        [/group_interval: \S+/g, "group_interval: 1s"],
      ]),
    );
    this.alertmanager = new Program("prometheus-alertmanager", [
      `--config.file=${this.folder}/alertmanager.yml`,
      `--storage.path=${this.folder}/alertmanager`,
      `--web.listen-address=127.0.0.1:${this.ports.alertmanager}`,
      "--cluster.listen-address=",
    ]);
    const ready = `http://127.0.0.1:${this.ports.alertmanager}/-/ready`;
    await this.alertmanager.until(() => isReady(ready), "Alertmanager");
  }

  async startPrometheus(targets) {
    for (const name of ["rules", "targets"]) mkdirSync(join(this.folder, name));
    for (const file of readdirSync(rulesFolder))
      writeFileSync(
        `${this.folder}/rules/${file}`,
        hurry(readFileSync(rulesFolder + file, "utf8")),
      );
    this.watch(targets);
    const text = readFileSync(`${deploy}prometheus/prometheus.yml`, "utf8");
    writeFileSync(
      join(this.folder, "prometheus.yml"),
      adapt(text, [
        [/scrape_interval: 15s/g, "scrape_interval: 2s"],
        [/scrape_timeout: 10s/g, "scrape_timeout: 2s"],
        [/evaluation_interval: 15s/g, "evaluation_interval: 1s"],
        [/alertmanager:9093/g, `127.0.0.1:${this.ports.alertmanager}`],
        [/localhost:9090/g, `127.0.0.1:${this.ports.prometheus}`],
      ]),
    );
    this.prometheus = new Program("prometheus", [
      `--config.file=${this.folder}/prometheus.yml`,
      `--storage.tsdb.path=${this.folder}/prometheus`,
      `--web.listen-address=127.0.0.1:${this.ports.prometheus}`,
    ]);
    const ready = `http://127.0.0.1:${this.ports.prometheus}/-/ready`;
    await this.prometheus.until(() => isReady(ready), "Prometheus");
  }

  /** Which processes are looked at from now on. */
  watch(targets) {
    const list = [{ targets: targets.map((url) => new URL(url).host) }];
    writeFileSync(
      join(this.folder, "targets/aiva.yml"),
      JSON.stringify(targets.length ? list : []),
    );
  }

  /** What an expression finds now: [{labels, value}]. */
  async query(expression) {
    const url = `http://127.0.0.1:${this.ports.prometheus}/api/v1/query`;
    const reply = await fetch(url, {
      method: "POST",
      body: new URLSearchParams({ query: expression }),
    });
    const { status, error, data } = await reply.json();
    assert.equal(status, "success", `${expression}: ${error}`);
    if (data.resultType === "scalar") return [{ labels: {}, value: Number(data.result[1]) }];
    return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  /** The names of the alerts that fire now, of one process where one is named. */
  async firing(instance) {
    const found = await this.query('ALERTS{alertstate="firing"}');
    const own = found.filter(({ labels }) => !instance || labels.instance === instance);
    return new Set(own.map(({ labels }) => labels.alertname));
  }

  /** The names of the alerts that Alertmanager holds back because a worse one says it. */
  async heldBack(instance) {
    const filter = instance ? `?filter=instance="${instance}"` : "";
    const url = `http://127.0.0.1:${this.ports.alertmanager}/api/v2/alerts${filter}`;
    const found = await (await fetch(url)).json();
    const held = found.filter(({ status }) => status.inhibitedBy.length > 0);
    return new Set(held.map(({ labels }) => labels.alertname));
  }

  /** What was last said of an alert, after `skipped` of all: firing, resolved, or nothing. */
  lastHeard(name, { instance, skipped = 0 } = {}) {
    const said = this.heard.slice(skipped).filter(({ alert }) => alert === name);
    return said.findLast(({ labels }) => !instance || labels.instance === instance)?.status;
  }

  /** Waits until something holds; `meanwhile` is done over and over beside it. */
  async until(what, holds, { timeMs = 60_000, meanwhile } = {}) {
    let isOver = false;
    const keepUp = async () => {
      while (meanwhile && !isOver) {
        await meanwhile().catch(() => {}); // what is broken may well answer nothing
        await pause(100);
      }
    };
    const kept = keepUp();
    try {
      await this.wait(what, holds, timeMs);
    } finally {
      isOver = true;
      await Promise.race([kept, pause(10_000)]); // some of it may hang on what is broken
    }
  }

  async wait(what, holds, timeMs) {
    for (const end = Date.now() + timeMs; ; await pause(300)) {
      if (await holds()) return;
      if (Date.now() > end)
        throw new Error(`never: ${what}; what fires: ${[...(await this.firing())].join(", ")}`);
    }
  }

  async close() {
    await this.prometheus?.end("SIGKILL");
    await this.alertmanager?.end("SIGKILL");
    this.server?.close();
    this.server?.closeAllConnections();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function isReady(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}
