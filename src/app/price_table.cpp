#include "app/price_table.h"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string>
#include <utility>

#include "app/text_file.h"

namespace aiva::app {
namespace {

using planning::Habits;
using planning::MachinePrice;
using planning::ModelPrice;
using planning::ModelTier;
using planning::PriceTable;

template <class Part>
struct NumberKey {
  std::string_view name;
  double Part::* value;
  double min = 0;
  double max = 1e12;
};

constexpr double smallest = 1e-9;

constexpr std::array price_keys{
    NumberKey<PriceTable>{"disk_gb", &PriceTable::disk_gb},
    NumberKey<PriceTable>{"disk_included_gb", &PriceTable::disk_included_gb},
    NumberKey<PriceTable>{"object_gb", &PriceTable::object_gb},
    NumberKey<PriceTable>{"transfer_gb", &PriceTable::transfer_gb},
    NumberKey<PriceTable>{"transfer_included_gb", &PriceTable::transfer_included_gb},
    NumberKey<PriceTable>{"balancer", &PriceTable::balancer},
};
constexpr std::array machine_keys{
    NumberKey<MachinePrice>{"cores", &MachinePrice::cores, 0.1},
    NumberKey<MachinePrice>{"memory_gb", &MachinePrice::memory_gb, 0.1},
    NumberKey<MachinePrice>{"month", &MachinePrice::month},
};
constexpr std::array model_keys{
    NumberKey<ModelPrice>{"input_million", &ModelPrice::input_million},
    NumberKey<ModelPrice>{"output_million", &ModelPrice::output_million},
    NumberKey<ModelPrice>{"minute", &ModelPrice::minute},
};
constexpr std::array tier_keys{
    NumberKey<ModelTier>{"requests", &ModelTier::requests},
    NumberKey<ModelTier>{"tokens", &ModelTier::tokens},
};
constexpr std::array habit_keys{
    NumberKey<Habits>{"search_share", &Habits::search_share, 0, 1},
    NumberKey<Habits>{"write_share", &Habits::write_share, 0, 1},
    NumberKey<Habits>{"kept_answers_share", &Habits::kept_answers_share, 0, 1},
    NumberKey<Habits>{"turns_a_minute", &Habits::turns_a_minute, 0, 600},
    NumberKey<Habits>{"model_calls_a_turn", &Habits::model_calls_a_turn, 0, 100},
    NumberKey<Habits>{"input_tokens", &Habits::input_tokens},
    NumberKey<Habits>{"output_tokens", &Habits::output_tokens},
    NumberKey<Habits>{"query_tokens", &Habits::query_tokens},
    NumberKey<Habits>{"chunk_tokens", &Habits::chunk_tokens},
    NumberKey<Habits>{"busy_hours", &Habits::busy_hours, 0.1, 24},
    NumberKey<Habits>{"busy_share", &Habits::busy_share, 0, 1},
    NumberKey<Habits>{"days_a_month", &Habits::days_a_month, 1, 31},
    NumberKey<Habits>{"chunks_a_document", &Habits::chunks_a_document, smallest},
    NumberKey<Habits>{"document_kb", &Habits::document_kb},
    NumberKey<Habits>{"image_kb", &Habits::image_kb},
    NumberKey<Habits>{"answer_kb", &Habits::answer_kb},
    NumberKey<Habits>{"turn_kb", &Habits::turn_kb},
    NumberKey<Habits>{"recorded_share", &Habits::recorded_share, 0, 1},
    NumberKey<Habits>{"recording_kb_s", &Habits::recording_kb_s},
    NumberKey<Habits>{"recordings_days", &Habits::recordings_days},
    NumberKey<Habits>{"realtime_call_cpu_ms", &Habits::realtime_call_cpu_ms},
    NumberKey<Habits>{"packaged_call_cpu_ms", &Habits::packaged_call_cpu_ms},
    NumberKey<Habits>{"call_kbit_s", &Habits::call_kbit_s},
    NumberKey<Habits>{"realtime_kbit_s", &Habits::realtime_kbit_s},
    NumberKey<Habits>{"chat_stream_kb", &Habits::chat_stream_kb},
    NumberKey<Habits>{"call_kb", &Habits::call_kb},
    NumberKey<Habits>{"chunk_index_bytes", &Habits::chunk_index_bytes},
    NumberKey<Habits>{"packaged_voices_mb", &Habits::packaged_voices_mb},
    NumberKey<Habits>{"reader_mb", &Habits::reader_mb},
    NumberKey<Habits>{"image_mb", &Habits::image_mb},
    NumberKey<Habits>{"hot_rows_share", &Habits::hot_rows_share, 0, 1},
    NumberKey<Habits>{"write_statement_ms", &Habits::write_statement_ms},
    NumberKey<Habits>{"read_statement_ms", &Habits::read_statement_ms},
    NumberKey<Habits>{"api_node_cores", &Habits::api_node_cores, 1, 1024},
    NumberKey<Habits>{"calls_a_bridge", &Habits::calls_a_bridge, 1},
};

// Reads a table into a price table and remembers what is wrong with it.
class Reader {
 public:
  template <class Part, std::size_t count>
  void numbers(const toml::table& table, const std::string& path,
               const std::array<NumberKey<Part>, count>& keys, Part& part) {
    for (const auto& [key, node] : table) {
      auto found = std::ranges::find(keys, key.str(), &NumberKey<Part>::name);
      if (found != keys.end()) number(node, path + "." + std::string(key.str()), *found, part);
      if (found == keys.end() && !texts_.contains(std::string(key.str())))
        complain(path + "." + std::string(key.str()), "is not known here");
    }
  }

  void text(const toml::table& table, const std::string& path, const std::string& name,
            std::string& value) {
    const auto* node = table.get(name);
    if (node == nullptr) return complain(path + "." + name, "is required");
    if (!node->is_string()) return complain(path + "." + name, "must be a string");
    value = node->value_or(std::string());
    if (value.empty()) complain(path + "." + name, "must not be empty");
  }

  // A list of tables takes the place of what was there.
  template <class Part, std::size_t count>
  void list(const toml::table& table, const std::string& name, const std::string& text_name,
            std::string Part::* text_value, const std::array<NumberKey<Part>, count>& keys,
            std::vector<Part>& parts) {
    const auto* node = table.get(name);
    if (node == nullptr) return;
    const auto* array = node->as_array();
    if (array == nullptr) return complain(name, "must be a list of tables");
    parts.clear();
    for (std::size_t at = 0; at < array->size(); ++at) {
      auto path = name + "[" + std::to_string(at) + "]";
      const auto* item = array->get(at)->as_table();
      if (item == nullptr) {
        complain(path, "must be a table");
        continue;
      }
      Part part;
      texts_ = {text_name};
      text(*item, path, text_name, part.*text_value);
      numbers(*item, path, keys, part);
      texts_.clear();
      parts.push_back(std::move(part));
    }
  }

  template <class Part, std::size_t count>
  void section(const toml::table& table, const std::string& name,
               const std::array<NumberKey<Part>, count>& keys, Part& part) {
    const auto* node = table.get(name);
    if (node == nullptr) return;
    const auto* inner = node->as_table();
    if (inner == nullptr) return complain(name, "must be a table");
    numbers(*inner, name, keys, part);
  }

  void complain(std::string path, std::string message) {
    mistakes_.push_back({std::move(path), std::move(message)});
  }

  Result<void> finish() {
    if (mistakes_.empty()) return {};
    Error error{.code = ErrorCode::invalid, .message = "The price table is not valid"};
    error.details = std::move(mistakes_);
    return fail(std::move(error));
  }

 private:
  template <class Part>
  void number(const toml::node& node, const std::string& path, const NumberKey<Part>& key,
              Part& part) {
    auto value = node.value<double>();
    if (!value || !node.is_number()) return complain(path, "must be a number");
    if (!std::isfinite(*value) || *value < key.min || *value > key.max)
      return complain(path, "is out of range");
    part.*key.value = *value;
  }

  std::set<std::string> texts_;  // names of texts in the table that is read
  std::vector<FieldError> mistakes_;
};

Result<void> apply(std::string_view text, PriceTable& prices) {
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::invalid, "The price table is not TOML: line " +
                                        std::to_string(error.source().begin.line) + ": " +
                                        std::string(error.description()));
  }
  static const std::set<std::string> known = {"currency", "as_of",       "prices", "machines",
                                              "models",   "model_tiers", "habits"};
  Reader reader;
  for (const auto& [key, node] : table)
    if (!known.contains(std::string(key.str())))
      reader.complain(std::string(key.str()), "is not known here");
  if (table.contains("currency")) reader.text(table, "", "currency", prices.currency);
  if (table.contains("as_of")) reader.text(table, "", "as_of", prices.as_of);
  reader.section(table, "prices", price_keys, prices);
  reader.section(table, "habits", habit_keys, prices.habits);
  reader.list(table, "machines", "name", &MachinePrice::name, machine_keys, prices.machines);
  reader.list(table, "models", "model", &ModelPrice::model, model_keys, prices.models);
  reader.list(table, "model_tiers", "name", &ModelTier::name, tier_keys, prices.model_tiers);
  return reader.finish();
}

}  // namespace

Result<PriceTable> read_prices(std::string_view toml_text) {
  PriceTable prices;
  TRY_VOID(apply(prices_toml, prices));
  TRY_VOID(apply(toml_text, prices));
  std::ranges::sort(prices.machines, {}, &MachinePrice::cores);
  std::ranges::sort(prices.model_tiers, {}, &ModelTier::requests);
  if (prices.machines.empty())
    return fail(invalid_field("machines", "must name at least one machine"));
  return prices;
}

Result<PriceTable> load_prices(const std::filesystem::path& file) {
  if (file.empty()) return read_prices("");
  TRY(auto text, read_text_file(file));
  auto prices = read_prices(text);
  if (!prices) prices.error().message = file.string() + ": " + prices.error().message;
  return prices;
}

}  // namespace aiva::app
