import { graph, mean, most, of, percentiles, quantile, sum, sumOrNothing } from "./words.mjs";

const failed = sum("aiva_model_requests_total", 'outcome="failed"', "provider");
const ended = sum("aiva_model_requests_total", 'outcome=~"answered|failed"', "provider");

export default {
  uid: "aiva-chat",
  title: "AIVA: chat and models",
  description: "Chat turns, and the model providers that are asked (S151, S158)",
  rows: [
    {
      title: "Chat",
      panels: [
        graph("Turns a minute", "none", [
          [`${sum("aiva_chat_turn_seconds_count")} * 60`, "answered"],
          [`${sum("aiva_chat_turn_failures_total")} * 60`, "failed"],
        ]),
        graph("Time of turns", "s", percentiles("aiva_chat_turn_seconds")),
        graph("Questions and citations", "ops", [
          [sum("aiva_chat_blocked_questions_total"), "questions blocked"],
          [sum("aiva_chat_refused_questions_total"), "questions refused"],
          [sum("aiva_chat_removed_citations_total"), "citations removed"],
        ]),
        graph("Moderation", "ops", [
          [sum("aiva_moderation_verdicts_total", "", "outcome"), "{{outcome}}"],
          [sum("aiva_moderation_failures_total"), "not checked"],
        ]),
        graph("Functions", "ops", [
          [sum("aiva_function_calls_total", "", "outcome"), "{{outcome}}"],
          [sum("aiva_function_retries_total"), "called again"],
        ]),
        graph("Agents looked up", "ops", [
          [sum("aiva_agent_lookups_total", "", "found"), "in {{found}}"],
        ]),
      ],
    },
    {
      title: "Models",
      panels: [
        graph("Requests a minute", "none", [
          [
            `sum by (provider, outcome) (` +
              `rate(aiva_model_requests_total{${of}}[$__rate_interval])) * 60`,
            "{{provider}} {{outcome}}",
          ],
        ]),
        graph("Failures (goal: below 1 %)", "percentunit", [
          [`${failed} / ${ended}`, "{{provider}}"],
        ]),
        graph("Failed attempts", "ops", [
          [`${sumOrNothing("aiva_model_attempt_failures_total")}`, "whatever the reason"],
          [sum("aiva_model_rate_limited_total", "", "provider"), "rate limit of {{provider}}"],
          [sum("aiva_model_fall_backs_total", "", "provider"), "{{provider}} replaced"],
        ]),
        graph("Time to the first word", "s", [
          [quantile(0.5, "aiva_model_first_token_seconds", "provider"), "p50 {{provider}}"],
          [quantile(0.95, "aiva_model_first_token_seconds", "provider"), "p95 {{provider}}"],
        ]),
        graph("Time of an answer", "s", [
          [mean("aiva_model_answer_seconds", "provider"), "mean {{provider}}"],
          [quantile(0.95, "aiva_model_answer_seconds", "provider"), "p95 {{provider}}"],
        ]),
        graph("Time to connect (goal: below 200 ms)", "s", [
          [
            `histogram_quantile(0.95, sum by (le) (` +
              `increase(aiva_model_connect_seconds_bucket{${of}}[15m])))`,
            "p95 within 15 minutes",
          ],
        ]),
        graph("Tokens a minute", "none", [
          [`${sum("aiva_model_tokens_total", "", "kind")} * 60`, "{{kind}}"],
        ]),
        graph("Waiting for their turn", "none", [
          [most("aiva_model_waiting", "provider"), "{{provider}}"],
        ]),
        graph("Wait for a turn", "s", [
          [quantile(0.95, "aiva_model_queue_seconds", "provider"), "p95 {{provider}}"],
        ]),
        graph("Asked (0), tried (1), resting (2)", "none", [
          [most("aiva_model_breaker", "provider"), "{{provider}}"],
        ]),
      ],
    },
  ],
};
