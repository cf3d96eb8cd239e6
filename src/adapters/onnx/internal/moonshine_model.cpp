#include "adapters/onnx/internal/moonshine_model.h"

#include <malloc.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "adapters/onnx/internal/spoken_repeats.h"

namespace aiva {
namespace {

constexpr std::int64_t start_id = 1;
constexpr std::int64_t end_id = 2;
// As the authors bound it; the constant lets a single fast word have its marks.
constexpr double ids_a_second_max = 6.5;
constexpr double ids_more = 6;

}  // namespace

Result<std::unique_ptr<MoonshineModel>> MoonshineModel::open(const std::filesystem::path& library,
                                                             const std::filesystem::path& folder) {
  std::unique_ptr<MoonshineModel> model(new MoonshineModel);
  TRY(model->encoder_, OnnxSession::open(library, folder / "encoder.onnx"));
  // The encoder runs once, with much memory; the decoder for each piece of the text.
  TRY(model->decoder_, OnnxSession::open(library, folder / "decoder.onnx", ExecutionProvider::cpu,
                                         OnnxMemory::fast));
  TRY_VOID(model->find_cache_ports());
  // What opening took is half as much again as what stays.
  malloc_trim(0);
  return model;
}

Result<void> MoonshineModel::find_cache_ports() {
  constexpr std::string_view past = "past_key_values.";
  TRY(auto ports, decoder_->inputs());
  auto has = [&ports](const char* name) {
    return std::ranges::find(ports, name, &OnnxPort::name) != ports.end();
  };
  for (const auto& port : ports) {
    if (!port.name.starts_with(past)) continue;
    if (port.shape.size() != 4 || port.shape[1] <= 0 || port.shape[3] <= 0) break;
    cache_ports_.push_back({.past = port.name,
                            .present = "present." + port.name.substr(past.size()),
                            .empty_shape = {0, port.shape[1], 1, port.shape[3]},
                            .is_of_encoder = port.name.contains(".encoder.")});
  }
  if (has("input_ids") && has("encoder_hidden_states") && has("use_cache_branch") &&
      !cache_ports_.empty() && cache_ports_.size() + 3 == ports.size())
    return {};
  return fail(ErrorCode::invalid, "The model is no Moonshine with a merged decoder");
}

Result<std::vector<std::int64_t>> MoonshineModel::write_down(const CallContext& context,
                                                             std::span<const float> samples) const {
  const std::array<std::int64_t, 2> wave_shape{1, static_cast<std::int64_t>(samples.size())};
  const std::array waves{OnnxInput{.name = "input_values", .shape = wave_shape, .floats = samples}};
  const std::array encoder_outputs{"last_hidden_state"};
  TRY(auto encoded, encoder_->run(waves, encoder_outputs));

  const float nothing = 0;
  const std::array<std::int64_t, 2> id_shape{1, 1};
  const std::array<std::int64_t, 1> flag_shape{1};
  const auto seconds = static_cast<double>(samples.size()) / rate;
  const auto ids_max = static_cast<std::size_t>(std::ceil(seconds * ids_a_second_max + ids_more));
  std::vector<std::int64_t> ids;
  std::vector<OnnxTensor> cache;
  std::int64_t last_id = start_id;
  for (bool has_cache = false; ids.size() < ids_max; has_cache = true) {
    TRY_VOID(context.check());
    std::vector<OnnxInput> inputs{
        {.name = "input_ids", .values = {&last_id, 1}, .shape = id_shape},
        {.name = "encoder_hidden_states", .tensor = encoded.data()},
        {.name = "use_cache_branch", .shape = flag_shape, .flag = &has_cache}};
    std::vector<const char*> outputs{"logits"};
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < cache_ports_.size(); ++i) {
      const auto& port = cache_ports_[i];
      if (has_cache)
        inputs.push_back({.name = port.past.c_str(), .tensor = &cache[i]});
      else
        inputs.push_back({.name = port.past.c_str(),
                          .shape = port.empty_shape,
                          .floats = {&nothing, std::size_t{0}}});
      if (has_cache && port.is_of_encoder) continue;
      outputs.push_back(port.present.c_str());
      places.push_back(i);
    }
    TRY(auto made, decoder_->run(inputs, outputs));
    const auto logits = made.front().floats();
    if (logits.empty()) return fail(ErrorCode::internal, "The recognizer gave no scores");
    last_id = std::ranges::max_element(logits) - logits.begin();
    if (last_id == end_id) break;
    ids.push_back(last_id);
    if (auto length = length_before_repeats(ids)) {
      ids.resize(*length);
      break;
    }
    if (!has_cache) {
      made.erase(made.begin());
      cache = std::move(made);
    } else {
      for (std::size_t i = 0; i < places.size(); ++i) cache[places[i]] = std::move(made[i + 1]);
    }
  }
  return ids;
}

}  // namespace aiva
