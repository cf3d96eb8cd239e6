import { graph, of, rate } from "./words.mjs";

const each = (expression, legend = "{{instance}}") => [[expression, legend]];

export default {
  uid: "aiva-process",
  title: "AIVA: processes and machines",
  description:
    "What processes take, and what the machine or container around them has (S145 to S150)",
  rows: [
    {
      title: "Machine, or container where it has limits",
      panels: [
        graph(
          "Cores busy (goals: 60 % on average, 80 % at most)",
          "percentunit",
          each(`${rate("aiva_host_cpu_seconds_total")} / aiva_host_cpu_cores{${of}}`),
        ),
        graph(
          "Memory used (goals: 70 % on average, 85 % at most)",
          "percentunit",
          each(`aiva_host_memory_used_bytes{${of}} / aiva_host_memory_bytes{${of}}`),
        ),
        graph(
          "Volume of the data folder used (alert: 80 %)",
          "percentunit",
          each(`1 - aiva_data_volume_available_bytes{${of}} / aiva_data_volume_bytes{${of}}`),
        ),
        graph("Disks", "Bps", [
          [rate("aiva_host_disk_read_bytes_total"), "read {{instance}}"],
          [rate("aiva_host_disk_written_bytes_total"), "written {{instance}}"],
        ]),
        graph("Network (goal: below 70 % of its speed)", "Bps", [
          [rate("aiva_host_network_received_bytes_total"), "received {{instance}}"],
          [rate("aiva_host_network_sent_bytes_total"), "sent {{instance}}"],
          [`aiva_host_network_speed_bytes{${of}}`, "speed {{instance}} (0: not known)"],
        ]),
      ],
    },
    {
      title: "Processes",
      panels: [
        graph("Cores", "none", each(rate("process_cpu_seconds_total"))),
        graph("Memory", "bytes", each(`process_resident_memory_bytes{${of}}`)),
        graph("Open files", "none", [
          [`process_open_fds{${of}}`, "{{instance}}"],
          [`process_max_fds{${of}}`, "possible {{instance}}"],
        ]),
        graph("Threads", "none", each(`process_threads{${of}}`)),
        graph("Read and written by them", "Bps", [
          [rate("process_read_bytes_total"), "read {{instance}}"],
          [rate("process_written_bytes_total"), "written {{instance}}"],
        ]),
        graph("Since when they run", "s", each(`time() - process_start_time_seconds{${of}}`)),
        graph("Versions and roles", "none", each(`aiva_build_info{${of}}`, "{{version}} {{role}}")),
        graph(
          "What they depend on",
          "none",
          each(`aiva_dependency_up{${of}}`, "{{dependency}} {{instance}}"),
        ),
      ],
    },
  ],
};
