#include "capabilities/planning/measurement_json.h"

#include <array>
#include <string>

#include "foundation/json.h"

namespace aiva::planning {
namespace {

struct NumberField {
  std::string_view name;
  double Measurement::* value;
  double min;
  double max;
};

constexpr double most = 1e12;
constexpr std::array fields{
    NumberField{"measured_s", &Measurement::measured_s, 0, most},
    NumberField{"cores", &Measurement::cores, 0.01, 4096},
    NumberField{"memory_gb", &Measurement::memory_gb, 0.01, most},
    NumberField{"disk_free_gb", &Measurement::disk_free_gb, 0, most},
    NumberField{"cached_request_cpu_ms", &Measurement::cached_request_cpu_ms, 1e-6, 1e6},
    NumberField{"write_cpu_ms", &Measurement::write_cpu_ms, 1e-6, 1e6},
    NumberField{"search_cpu_ms", &Measurement::search_cpu_ms, 1e-6, 1e6},
    NumberField{"kept_search_cpu_ms", &Measurement::kept_search_cpu_ms, 1e-6, 1e6},
    NumberField{"turn_cpu_ms", &Measurement::turn_cpu_ms, 1e-6, 1e6},
    NumberField{"chunk_cpu_ms", &Measurement::chunk_cpu_ms, 1e-6, 1e6},
    NumberField{"chunk_disk_bytes", &Measurement::chunk_disk_bytes, 1, 1e9},
    NumberField{"program_memory_mb", &Measurement::program_memory_mb, 0, most},
    NumberField{"commits_per_second", &Measurement::commits_per_second, 1e-3, 1e9},
    NumberField{"commit_ms", &Measurement::commit_ms, 0, 1e6},
    NumberField{"disk_write_mb_s", &Measurement::disk_write_mb_s, 0, most},
    NumberField{"disk_read_mb_s", &Measurement::disk_read_mb_s, 0, most},
    NumberField{"disk_random_reads_s", &Measurement::disk_random_reads_s, 0, most},
};

}  // namespace

void write_measurement(JsonWriter& writer, const Measurement& measured) {
  writer.begin_object().field("machine", measured.machine).field("program", measured.program);
  writer.field("measured_at", measured.measured_at);
  for (const auto& field : fields) writer.field(field.name, measured.*field.value);
  writer.end_object();
}

Result<Measurement> read_measurement(std::string_view text) {
  TRY(auto document, json::parse(text, {.bytes_max = 1024 * 1024}));
  const auto* around = document.if_object();
  const auto* inner = around == nullptr ? nullptr : around->if_contains("measurement");
  json::Fields reader(inner == nullptr ? document : *inner,
                      inner == nullptr ? std::string() : "measurement");
  Measurement measured;
  measured.machine = reader.text("machine", {.length_max = 200});
  measured.program = reader.text("program", {.length_max = 100});
  measured.measured_at = reader.text("measured_at", {.length_max = 40});
  for (const auto& field : fields) {
    if (!reader.has(field.name)) reader.add_error(field.name, "is required");
    measured.*field.value =
        reader.optional_number(field.name, field.min, field.max).value_or(field.min);
  }
  TRY_VOID(reader.finish());
  return measured;
}

}  // namespace aiva::planning
