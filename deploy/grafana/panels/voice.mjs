import { graph, of, quantile, sum, total } from "./words.mjs";

const within = (metric, more = "") => `sum(increase(${metric}{${of}${more}}[1h]))`;

export default {
  uid: "aiva-voice",
  title: "AIVA: voice",
  description: "Calls: how many, how long, how good (S170)",
  rows: [
    {
      title: "Calls",
      panels: [
        graph("Active", "none", [[total("aiva_voice_calls_active", "instance"), "{{instance}}"]]),
        graph("Begun a minute", "none", [[`${sum("aiva_voice_calls_total")} * 60`, "calls"]]),
        graph("Ended, by why", "ops", [
          [sum("aiva_voice_calls_ended_total", "", "end"), "{{end}}"],
        ]),
        graph("Average duration", "s", [
          [
            `${within("aiva_voice_call_seconds_sum")} / ${within("aiva_voice_call_seconds_count")}`,
            "within an hour",
          ],
        ]),
        graph("Quality", "percentunit", [
          [
            "1 - " +
              `${within("aiva_voice_mos_bucket", ',le="3.6"')} / ${within("aiva_voice_mos_count")}`,
            "calls above 3.6 of 4.5",
          ],
        ]),
        graph("Opinion score", "none", [
          [
            `${within("aiva_voice_mos_sum")} / ${within("aiva_voice_mos_count")}`,
            "mean of an hour",
          ],
        ]),
      ],
    },
    {
      title: "Conversation",
      panels: [
        graph("Until the agent speaks (goal: 200 to 500 ms)", "s", [
          [
            `histogram_quantile(0.5, sum by (le) (` +
              `increase(aiva_voice_first_audio_seconds_bucket{${of}}[15m])))`,
            "p50",
          ],
          [
            `histogram_quantile(0.95, sum by (le) (` +
              `increase(aiva_voice_first_audio_seconds_bucket{${of}}[15m])))`,
            "p95",
          ],
        ]),
        graph("Interruptions", "ops", [[sum("aiva_voice_interruptions_total"), "by callers"]]),
        graph("Recordings that were not kept", "ops", [
          [sum("aiva_voice_recordings_failed_total"), "recordings"],
        ]),
      ],
    },
    {
      title: "Audio",
      panels: [
        graph("Lateness of frames", "s", [
          [`${quantile(0.99, "aiva_voice_tick_lateness_seconds", "instance")}`, "p99 {{instance}}"],
        ]),
        graph("Frames missing in sentences", "ops", [
          [sum("aiva_voice_underruns_total"), "frames"],
        ]),
        graph("RTP packets", "pps", [
          [sum("aiva_voice_rtp_packets_total", "", "direction"), "{{direction}}"],
          [sum("aiva_voice_rtp_lost_total"), "lost"],
          [sum("aiva_voice_rtp_late_total"), "too late"],
        ]),
        graph("RTP ports free", "none", [
          [total("aiva_voice_rtp_ports_free", "instance"), "{{instance}}"],
        ]),
      ],
    },
  ],
};
