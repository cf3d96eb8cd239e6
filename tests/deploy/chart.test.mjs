import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { chartFolder, containerOf, pick, podOf, render, runHelm } from "./chart.mjs";
import { findMistakes } from "./kubernetes.mjs";
import { dashboards, rules } from "./rules.mjs";
import { findUnknownVariables, settings } from "./settings.mjs";

const tiers = ["values-small.yaml", "values-medium.yaml", "values-large.yaml"];
const everything = {
  bridge: { enabled: true },
  ingress: {
    enabled: true,
    host: "aiva.example",
    tlsSecret: "aiva-tls",
    annotations: { "example.org/owner": "us" },
  },
  imagePullSecrets: [{ name: "registry" }],
};
const openapi = readFileSync(new URL("../../schema/openapi.yaml", import.meta.url), "utf8");

async function mistakesOf(manifests) {
  const found = [];
  for (const manifest of manifests) {
    for (const mistake of await findMistakes(manifest))
      found.push(`${manifest.kind} ${manifest.metadata.name}: ${mistake}`);
  }
  return found;
}

test("the check finds wrong types and fields that do not exist", async () => {
  const [deployment] = render().filter((one) => one.kind === "Deployment");

  deployment.spec.template.spec.containers[0].readinessProb = {};
  deployment.spec.replicas = "two";

  const found = await findMistakes(deployment);
  assert.ok(found.includes("/spec/template/spec/containers/0/readinessProb is no field"));
  assert.ok(found.some((mistake) => mistake.startsWith("/spec/replicas type")));
});

test("helm finds nothing to complain of", () => {
  const { isDone, text, mistake } = runHelm(
    "lint",
    "--strict",
    chartFolder,
    "--set",
    "secrets.existingSecret=s",
  );

  assert.ok(isDone, text + mistake);
});

for (const files of [[], ...tiers.map((tier) => [tier])]) {
  test(`with ${files[0] ?? "values.yaml"} manifests are of the Kubernetes API`, async () => {
    const plain = render({ files });
    const full = render({ files, set: everything });

    assert.deepEqual(await mistakesOf(plain), []);
    assert.deepEqual(await mistakesOf(full), []);
    assert.ok(full.length > plain.length);
  });
}

test("what is scaled, spread and kept is the Deployment of that name", () => {
  const manifests = render({ set: everything });

  const deployments = manifests.filter((one) => one.kind === "Deployment");
  const names = deployments.map((one) => one.metadata.name);
  assert.deepEqual(names.sort(), ["aiva-api", "aiva-bridge", "aiva-worker"]);
  for (const { metadata, spec } of deployments) {
    const labels = spec.template.metadata.labels;
    const covers = (selector) =>
      Object.entries(selector).every(([key, value]) => labels[key] === value);
    assert.ok(covers(spec.selector.matchLabels));
    assert.ok(covers(pick(manifests, "Service", metadata.name).spec.selector));
    assert.ok(
      covers(pick(manifests, "PodDisruptionBudget", metadata.name).spec.selector.matchLabels),
    );
    assert.ok(covers(pick(manifests, "NetworkPolicy", metadata.name).spec.podSelector.matchLabels));
    for (const spread of spec.template.spec.topologySpreadConstraints)
      assert.ok(covers(spread.labelSelector.matchLabels));
  }
  for (const scaler of manifests.filter((one) => one.kind === "HorizontalPodAutoscaler")) {
    const target = pick(manifests, "Deployment", scaler.spec.scaleTargetRef.name);
    assert.equal(target.spec.replicas, undefined, "an upgrade would undo what the scaler did");
  }
});

test("aiva-api-hpa has the numbers of the capacity guide", () => {
  const { spec } = pick(render(), "HorizontalPodAutoscaler", "aiva-api-hpa");

  const [cpu, memory, queue] = spec.metrics;
  assert.equal(spec.scaleTargetRef.name, "aiva-api");
  assert.deepEqual([spec.minReplicas, spec.maxReplicas], [2, 10]);
  assert.deepEqual([cpu.resource.name, cpu.resource.target.averageUtilization], ["cpu", 70]);
  assert.deepEqual(
    [memory.resource.name, memory.resource.target.averageUtilization],
    ["memory", 80],
  );
  assert.deepEqual([queue.type, queue.pods.target.averageValue], ["Pods", "50"]);
  assert.equal(spec.behavior.scaleUp.stabilizationWindowSeconds, 300);
  assert.equal(spec.behavior.scaleDown.stabilizationWindowSeconds, 600);
  const lowest = 70 * (1 - Number(spec.behavior.scaleDown.tolerance));
  assert.equal(Math.round(lowest), 30);
});

test("a cluster that knows no tolerance is told of none", () => {
  const { spec } = pick(
    render({ kubernetes: "1.31.2" }),
    "HorizontalPodAutoscaler",
    "aiva-api-hpa",
  );

  assert.equal(spec.behavior.scaleDown.tolerance, undefined);
});

test("workers follow the length of the queue", () => {
  const { spec } = pick(render(), "HorizontalPodAutoscaler", "aiva-worker-hpa");

  assert.deepEqual(
    spec.metrics.map((one) => [one.type, one.external.metric.name]),
    [["External", "aiva_jobs_queued"]],
  );
});

test("metrics that scale are metrics of the program", () => {
  const sources = fileURLToPath(new URL("../../src", import.meta.url));

  for (const name of ["aiva_http_in_flight", "aiva_jobs_queued"]) {
    const words = ["-rlF", "--include=*.cpp", "--exclude=*_test.cpp", `"${name}"`, sources];
    assert.equal(spawnSync("grep", words).status, 0, name);
  }
});

test("probes ask paths of the contract, and liveness none that depends on others", () => {
  for (const role of ["api", "worker", "bridge"]) {
    const container = containerOf(render({ set: everything }), `aiva-${role}`);
    for (const kind of ["startupProbe", "readinessProbe", "livenessProbe"])
      assert.ok(
        openapi.includes(`\n  ${container[kind].httpGet.path}:`),
        container[kind].httpGet.path,
      );
    assert.equal(container.readinessProbe.httpGet.path, "/readyz");
    assert.equal(container.livenessProbe.httpGet.path, "/livez");
    const startMax = container.startupProbe.periodSeconds * container.startupProbe.failureThreshold;
    assert.ok(startMax >= 120);
  }
});

test("every pod has the rights of nobody", () => {
  const manifests = render({ set: everything });

  for (const manifest of manifests.filter((one) => ["Deployment", "Job"].includes(one.kind))) {
    const pod = manifest.spec.template.spec;
    assert.equal(pod.securityContext.runAsNonRoot, true);
    assert.notEqual(pod.securityContext.runAsUser, 0);
    assert.equal(pod.securityContext.seccompProfile.type, "RuntimeDefault");
    assert.equal(pod.automountServiceAccountToken, false);
    const { securityContext, volumeMounts } = pod.containers[0];
    assert.equal(securityContext.allowPrivilegeEscalation, false);
    assert.equal(securityContext.readOnlyRootFilesystem, true);
    assert.deepEqual(securityContext.capabilities, { drop: ["ALL"] });
    const writable = volumeMounts
      .filter((one) => one.readOnly !== true)
      .map((one) => one.mountPath);
    assert.deepEqual(writable.sort(), ["/tmp", "/var/lib/aiva"]);
  }
});

test("nothing is killed while it drains", () => {
  const manifests = render({ set: everything });

  for (const role of ["api", "worker", "bridge"]) {
    const pod = podOf(manifests, `aiva-${role}`);
    const seconds = (name) =>
      Number(pod.containers[0].env.find((one) => one.name === `AIVA_SERVER_DRAIN_${name}_S`).value);
    const drain = seconds("TIMEOUT");
    const { periodSeconds, failureThreshold } = pod.containers[0].readinessProbe;
    assert.ok(pod.terminationGracePeriodSeconds >= seconds("DELAY") + drain + 15);
    assert.ok(seconds("DELAY") >= periodSeconds * failureThreshold);
    if (role === "bridge") assert.ok(drain >= 1800, "as long as the longest call");
  }
});

test("settings and variables are those of config/aiva.toml", () => {
  for (const files of [[], ...tiers.map((tier) => [tier])]) {
    const manifests = render({ files, set: everything });
    const toml = pick(manifests, "ConfigMap", "aiva").data["aiva.toml"];
    let section = "";
    for (const line of toml.split("\n")) {
      section = line.match(/^\[(\S+)\]/)?.[1] ?? section;
      const name = line.match(/^(\w+) = /)?.[1];
      if (name !== undefined) assert.ok(settings.has(`${section}.${name}`), `${section}.${name}`);
    }
    assert.deepEqual(findUnknownVariables(JSON.stringify(manifests)), []);
  }
});

test("texts, numbers, lists and inner sections become TOML that the program reads", (context) => {
  const program = process.env.AIVA_BIN;
  if (program === undefined) return context.skip("AIVA_BIN is not set");
  const config = {
    server: {
      public_url: 'https://a"b\\c<d>.example',
      trusted_proxies: ["10.0.0.0/8", "::1"],
      port: 62001,
    },
    cache: { provider: "memory" },
    objects: { store: "s3", bucket: "aiva", access_key: "a", secret_key: "b" },
    limits: { document_bytes_max: 104857600 },
    billing: { enforced: true },
    models: { providers: ["own"] },
    model_providers: {
      own: { dialect: "openai", base_url: "http://m.example/v1", needs_key: false },
    },
  };
  const toml = pick(render({ set: { config } }), "ConfigMap", "aiva").data["aiva.toml"];
  const folder = mkdtempSync(join(tmpdir(), "aiva-chart-"));
  try {
    const read = (text) => {
      writeFileSync(join(folder, "aiva.toml"), text);
      return spawnSync(program, ["routes", "--config", join(folder, "aiva.toml")], {
        encoding: "utf8",
      });
    };

    const right = read(toml);
    const wrong = read(toml.replace("port = 62001", "port = 62001.0"));

    assert.equal(right.status, 0, right.stderr);
    assert.notEqual(wrong.status, 0, "a number with a point is none of the program's");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the operator of Prometheus gets what it wants, where it is wanted", () => {
  const labels = { release: "prometheus" };
  const wanted = {
    "metrics.serviceMonitor": { enabled: true, labels },
    "metrics.rules": { enabled: true, labels },
    "metrics.dashboards.enabled": true,
  };
  const manifests = render({ set: { ...everything, ...wanted } });
  const ofKind = (kind) => manifests.filter((one) => one.kind === kind);

  const { metadata, spec } = pick(manifests, "ServiceMonitor");
  assert.equal(metadata.labels.release, "prometheus");
  const services = ofKind("Service").filter(
    (one) =>
      Object.entries(spec.selector.matchLabels).every(
        ([name, value]) => one.metadata.labels[name] === value,
      ) && spec.selector.matchExpressions[0].key in one.metadata.labels,
  );
  assert.deepEqual(services.map((one) => one.metadata.name).sort(), [
    "aiva-api",
    "aiva-bridge",
    "aiva-worker",
  ]);
  for (const service of services) {
    assert.equal(service.metadata.labels[spec.jobLabel], "aiva");
    assert.ok(service.spec.ports.some(({ name }) => name === spec.endpoints[0].port));
  }
  const rendered = ofKind("PrometheusRule").flatMap((one) => one.spec.groups);
  const names = rendered.flatMap((group) =>
    group.rules.map(({ alert, record }) => alert ?? record),
  );
  assert.deepEqual(names.sort(), rules.map(({ alert, record }) => alert ?? record).sort());
  const boards = ofKind("ConfigMap").filter((one) => "grafana_dashboard" in one.metadata.labels);
  const uids = boards.flatMap((one) => Object.values(one.data).map((text) => JSON.parse(text).uid));
  assert.deepEqual(uids.sort(), [...dashboards.values()].map(({ uid }) => uid).sort());

  const plain = render({ set: everything }).map((one) => one.kind);
  assert.ok(!plain.includes("ServiceMonitor") && !plain.includes("PrometheusRule"));
});

test("without a master key and a database nothing is rendered", () => {
  const key = { "secrets.values.AIVA_IDENTITY_MASTER_KEY": "a" };
  const database = { "config.database.url": "mysql://aiva@db/aiva" };

  assert.throws(() => render({ secret: null, set: database }), /AIVA_IDENTITY_MASTER_KEY/);
  assert.throws(() => render({ secret: null, set: key }), /AIVA_DATABASE_URL/);
  assert.ok(render({ secret: null, set: { ...key, ...database } }).length > 0);
});

test("files of several pods never lie in a volume of one", () => {
  const share = { emptyDir: null, persistentVolumeClaim: { claimName: "aiva" } };
  const folder = { "config.objects.store": "folder" };
  const shared = { "api.dataVolume": share, "worker.dataVolume": share };

  assert.throws(() => render({ set: folder }), /config.objects.store must be s3/);
  const { volumes } = podOf(render({ set: { ...folder, ...shared } }), "aiva-api");
  assert.deepEqual(
    volumes.find(({ name }) => name === "data"),
    { name: "data", persistentVolumeClaim: { claimName: "aiva" } },
  );
});

test("secrets are in a Secret and nowhere else", () => {
  const values = {
    AIVA_IDENTITY_MASTER_KEY: "key-6f1d",
    AIVA_DATABASE_URL: "mysql://u:pass-77@db/aiva",
  };

  const manifests = render({ secret: null, set: { "secrets.values": values } });

  for (const manifest of manifests.filter((one) => one.kind !== "Secret"))
    assert.doesNotMatch(JSON.stringify(manifest), /key-6f1d|pass-77/);
  const { stringData } = pick(manifests, "Secret", "aiva-secrets");
  assert.deepEqual(stringData, values);
  assert.equal(containerOf(manifests, "aiva-api").envFrom[0].secretRef.name, "aiva-secrets");
});

test("a Secret of the operator is used and none is made", () => {
  const manifests = render({ secret: "ours" });

  assert.deepEqual(
    manifests.filter((one) => one.kind === "Secret"),
    [],
  );
  for (const role of ["api", "worker"])
    assert.equal(containerOf(manifests, `aiva-${role}`).envFrom[0].secretRef.name, "ours");
});

test("another setting or secret makes new pods", () => {
  const checksums = (set) =>
    pick(render({ secret: null, set }), "Deployment", "aiva-api").spec.template.metadata
      .annotations;
  const values = { AIVA_IDENTITY_MASTER_KEY: "a", AIVA_DATABASE_URL: "mysql://db/aiva" };

  const before = checksums({ "secrets.values": values });
  const after = checksums({
    "secrets.values": { ...values, AIVA_CACHE_URL: "redis://r" },
    "config.log": { level: "debug" },
  });

  assert.notEqual(before["checksum/settings"], after["checksum/settings"]);
  assert.notEqual(before["checksum/secrets"], after["checksum/secrets"]);
});

test("the ingress lets streams and sockets through, and bridges answer their own paths", () => {
  const { metadata, spec } = pick(render({ set: everything }), "Ingress", "aiva");

  const annotation = (name) => metadata.annotations[`nginx.ingress.kubernetes.io/${name}`];
  assert.equal(annotation("proxy-buffering"), "off");
  assert.equal(annotation("proxy-request-buffering"), "off");
  assert.ok(Number(annotation("proxy-read-timeout")) >= 3600);
  assert.doesNotMatch(annotation("proxy-next-upstream"), /non_idempotent/);
  const backends = spec.rules[0].http.paths.map(({ path, backend }) => [
    path,
    backend.service.name,
  ]);
  const toBridges = ["/realtime", "/v1/realtime", "/api/realtime", "/ari", "/aiva/call"];
  assert.deepEqual(backends, [
    ...toBridges.map((path) => [path, "aiva-bridge"]),
    ["/", "aiva-api"],
  ]);
});

test("a process reaches the bridge whose call is followed over it", () => {
  const manifests = render({ set: everything });

  const reached = (role) =>
    pick(manifests, "NetworkPolicy", `aiva-${role}`).spec.egress.flatMap(({ ports, to }) =>
      to === undefined ? ports.map(({ port }) => port) : [],
    );
  assert.ok(reached("api").includes(62001));
  assert.ok(!reached("worker").includes(62001));
});

test("bridges speak from their node's address, and update one after the other", () => {
  const manifests = render({ set: everything });

  const pod = podOf(manifests, "aiva-bridge");
  const { strategy } = pick(manifests, "Deployment", "aiva-bridge").spec;
  const told = pod.containers[0].env.find((one) => one.name === "AIVA_RTP_PUBLIC_HOST");
  assert.equal(pod.hostNetwork, true);
  assert.equal(told.valueFrom.fieldRef.fieldPath, "status.hostIP");
  assert.deepEqual(strategy.rollingUpdate, { maxSurge: 0, maxUnavailable: 1 });
});

test("a bridge behind a load balancer opens its even ports, and stays one", () => {
  const bridge = {
    enabled: true,
    exposure: "loadBalancer",
    replicas: 1,
    rtp: { ports: "20000-20007", publicHost: "192.0.2.7" },
  };

  const service = pick(render({ set: { bridge } }), "Service", "aiva-rtp");

  assert.deepEqual(
    service.spec.ports.map((one) => one.port),
    [20000, 20002, 20004, 20006],
  );
  assert.ok(service.spec.ports.every((one) => one.protocol === "UDP"));
  assert.throws(() => render({ set: { bridge: { ...bridge, replicas: 2 } } }), /serves one bridge/);
  assert.throws(
    () => render({ set: { bridge: { ...bridge, rtp: { ports: "20000-20007" } } } }),
    /publicHost/,
  );
});

test("values that do not exist or have another type are refused", () => {
  for (const set of [
    { "api.replica": 3 },
    { port: "http" },
    { "api.probes.readiness.path": "readyz" },
    { "bridge.rtp.ports": "20000" },
    { "bridge.exposure": "nodePort" },
    { "image.digest": "latest" },
  ])
    assert.throws(() => render({ set }), /don't meet the specifications/);
});

test("the schema is made before pods of the new version, by a Job that leaves nothing", () => {
  const manifests = render({
    secret: null,
    set: {
      "secrets.values": { AIVA_IDENTITY_MASTER_KEY: "a", AIVA_DATABASE_URL: "mysql://db/aiva" },
    },
  });

  const hooks = manifests.filter((one) => one.metadata.annotations?.["helm.sh/hook"] !== undefined);
  assert.deepEqual(hooks.map((one) => one.kind).sort(), ["ConfigMap", "Job", "Secret"]);
  for (const hook of hooks)
    assert.match(hook.metadata.annotations["helm.sh/hook-delete-policy"], /hook-succeeded/);
  assert.deepEqual(pick(manifests, "Job").spec.template.spec.containers[0].args.slice(0, 1), [
    "migrate",
  ]);
});
