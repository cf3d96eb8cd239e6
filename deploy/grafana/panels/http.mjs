import { graph, of, percentiles, probes, quantile, sum, sumOrNothing, total } from "./words.mjs";

const requests = "aiva_http_requests_total";
const answers = sum(requests, `${probes},status=~"[245].."`);
const share = (status) => `${sumOrNothing(requests, `${probes},status=~"${status}"`)} / ${answers}`;

export default {
  uid: "aiva-http",
  title: "AIVA: HTTP",
  description: "Answers of the HTTP interface beside the guide's goals (S138 to S144)",
  rows: [
    {
      title: "Answers",
      panels: [
        graph("Time of answers", "s", percentiles("aiva_http_request_duration_seconds"), {
          description: "Goals: p50 below 500 ms, p95 below 2 s, p99 below 5 s",
        }),
        graph("Success (goal: above 98 %)", "percentunit", [[share("2.."), "2xx"]]),
        graph("Failures (goals: 4xx below 1 %, 5xx below 0.5 %)", "percentunit", [
          [share("4.."), "4xx"],
          [share("5.."), "5xx"],
        ]),
        graph("Requests by status", "reqps", [[sum(requests, "", "status"), "{{status}}"]]),
        graph("Busiest routes", "reqps", [
          [`topk(10, ${sum(requests, probes, "route")})`, "{{route}}"],
        ]),
        graph("Slowest routes", "s", [
          [
            `topk(10, ${quantile(0.95, "aiva_http_request_duration_seconds", "route")} >= 0)`,
            "p95 {{route}}",
          ],
        ]),
      ],
    },
    {
      title: "Load",
      panels: [
        graph("Requests being answered", "none", [
          [total("aiva_http_in_flight", "instance"), "{{instance}}"],
        ]),
        graph("Connections", "none", [
          [total("aiva_http_connections", "instance"), "{{instance}}"],
        ]),
        graph("Streams and WebSockets that ended", "ops", [
          [sum("aiva_http_stream_seconds_count", "", "route"), "{{route}}"],
        ]),
        graph("Refused", "reqps", [
          [sumOrNothing(requests, 'status="429"'), "429 too many"],
          [sumOrNothing(requests, 'status="401"'), "401 not signed in"],
          [sumOrNothing(requests, 'status="403"'), "403 no right"],
          [sumOrNothing(requests, 'status="503"'), "503 overloaded"],
        ]),
        graph("Sign-ins", "ops", [[sum("aiva_logins_total", "", "result"), "{{result}}"]]),
        graph("Time of streams", "s", [
          [
            `sum by (route) (increase(aiva_http_stream_seconds_sum{${of}}[1h])) / ` +
              `sum by (route) (increase(aiva_http_stream_seconds_count{${of}}[1h]))`,
            "{{route}}",
          ],
        ]),
      ],
    },
  ],
};
