import { graph, of, sum } from "./words.mjs";

const anHour = (metric, by = "") => `sum${by && ` by (${by})`} (increase(${metric}{${of}}[1h]))`;

export default {
  uid: "aiva-credits",
  title: "AIVA: credits",
  description: "Credits of all tenants together; what is exact is in the ledger",
  rows: [
    {
      title: "Credits",
      panels: [
        graph("Taken an hour, by what for", "currencyUSD", [
          [anHour("aiva_credits_taken_usd_total", "operation"), "{{operation}}"],
        ]),
        graph("Taken an hour", "currencyUSD", [[anHour("aiva_credits_taken_usd_total"), "taken"]]),
        graph("Added and given back an hour", "currencyUSD", [
          [anHour("aiva_credits_added_usd_total"), "added"],
          [anHour("aiva_credits_refunded_usd_total"), "given back"],
        ]),
        graph("Refused for want of credits", "ops", [
          [sum("aiva_credits_refusals_total"), "times work was not begun"],
        ]),
      ],
    },
  ],
};
