// A virtual user of k6. Set AIVA_URL, AIVA_KEY, AIVA_KB and AIVA_AGENT, and AIVA_PROFILE unless
// `mixed` will do, with -e.
import { check, sleep } from "k6";
import http from "k6/http";
import { learn, requestOf } from "../requests.mjs";
import { k6Stages, pick, scenarioNamed } from "../table.mjs";

const tables = JSON.parse(open("../tables.json"));
const profile = __ENV.AIVA_PROFILE || "mixed";
const user = { base: __ENV.AIVA_KB, agent: __ENV.AIVA_AGENT };

export function optionsFor(name) {
  const scenario = scenarioNamed(tables, name);
  return {
    scenarios: {
      [name]: {
        executor: "ramping-vus",
        startVUs: 0,
        stages: k6Stages(scenario),
        gracefulRampDown: "30s",
      },
    },
    thresholds: {
      http_req_duration: ["p(50)<50", "p(95)<200", "p(99)<500"],
      checks: [{ threshold: "rate>0.95", abortOnFail: scenario.ends_at_failure }],
    },
    summaryTrendStats: ["avg", "p(50)", "p(95)", "p(99)", "max"],
  };
}

function send(request) {
  const headers = { Authorization: `Bearer ${__ENV.AIVA_KEY}` };
  if (request.type) headers["Content-Type"] = request.type;
  const tags = { name: request.operation };
  const url = __ENV.AIVA_URL + request.path;
  return http.request(request.method, url, request.body || null, { headers, tags });
}

export function act() {
  const operation = pick(tables, profile, Math.random());
  const request = requestOf(operation, user);
  const answer = send(request);
  check(answer, {
    "is answered": ({ status, body }) => learn(user, request.operation, status, body || ""),
  });
  sleep(2 + 4 * Math.random());
}
