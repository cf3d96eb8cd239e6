#include "adapters/openai/internal/embedding_answer.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include "foundation/crypto.h"
#include "foundation/json.h"

namespace aiva::openai {
namespace {

constexpr std::size_t answer_bytes_max = 64 * 1024 * 1024;
constexpr std::size_t dimension_max = 16384;

static_assert(std::endian::native == std::endian::little, "base64 vectors are little-endian");

std::unexpected<Error> wrong(const char* what) {
  return fail(ErrorCode::unavailable, "The embedding provider's answer makes no sense", what);
}

Result<std::vector<float>> read_base64(const json::Value& value) {
  auto bytes = from_base64(value.get_string());
  if (!bytes || bytes->size() % sizeof(float) != 0) return wrong("a vector is no base64");
  std::vector<float> vector(bytes->size() / sizeof(float));
  std::memcpy(vector.data(), bytes->data(), bytes->size());
  return vector;
}

Result<std::vector<float>> read_numbers(const json::Array& numbers) {
  std::vector<float> vector;
  vector.reserve(numbers.size());
  for (const auto& number : numbers) {
    boost::system::error_code error;
    vector.push_back(static_cast<float>(number.to_number<double>(error)));
    if (error) return wrong("a vector holds what is no number");
  }
  return vector;
}

Result<std::vector<float>> read_vector(const json::Value* value) {
  if (value == nullptr) return wrong("an entry has no vector");
  if (value->is_string()) return read_base64(*value);
  if (value->is_array()) return read_numbers(value->get_array());
  return wrong("a vector is neither base64 nor numbers");
}

bool scale_to_unit(std::span<float> vector) {
  double sum = 0;
  for (float value : vector) sum += double{value} * value;
  if (!std::isfinite(sum) || sum <= 0) return false;
  auto scale = 1 / std::sqrt(sum);
  for (float& value : vector) value = static_cast<float>(value * scale);
  return true;
}

std::int64_t read_tokens(const json::Object& answer) {
  const auto* usage = answer.if_contains("usage");
  const auto* object = usage == nullptr ? nullptr : usage->if_object();
  const auto* tokens = object == nullptr ? nullptr : object->if_contains("prompt_tokens");
  const auto* number = tokens == nullptr ? nullptr : tokens->if_int64();
  return number == nullptr || *number < 0 ? 0 : *number;
}

// Puts one entry of `data` into its row.
Result<void> read_entry(const json::Value& entry, std::size_t position, EmbeddingAnswer& answer,
                        std::vector<bool>& is_filled) {
  const auto* object = entry.if_object();
  if (object == nullptr) return wrong("an entry is no object");
  const auto* index = object->if_contains("index");
  const auto* number = index == nullptr ? nullptr : index->if_int64();
  auto row = number == nullptr ? position : static_cast<std::size_t>(*number);
  if (row >= is_filled.size() || is_filled[row]) return wrong("an index is wrong");
  is_filled[row] = true;

  TRY(auto vector, read_vector(object->if_contains("embedding")));
  if (vector.empty() || vector.size() > dimension_max) return wrong("a vector has an odd length");
  if (answer.dimension == 0) {
    answer.dimension = vector.size();
    answer.values.resize(is_filled.size() * answer.dimension);
  }
  if (vector.size() != answer.dimension) return wrong("vectors differ in length");
  if (!scale_to_unit(vector)) return wrong("a vector has no direction");
  std::ranges::copy(vector,
                    answer.values.begin() + static_cast<std::ptrdiff_t>(row * answer.dimension));
  return {};
}

}  // namespace

Result<EmbeddingAnswer> read_embedding_answer(std::string_view text, std::size_t count) {
  auto document = json::parse(text, {.bytes_max = answer_bytes_max});
  const auto* object = document ? document->if_object() : nullptr;
  if (object == nullptr) return wrong("it is no JSON object");
  const auto* data = object->if_contains("data");
  const auto* list = data == nullptr ? nullptr : data->if_array();
  if (list == nullptr || list->size() != count) return wrong("it does not hold one vector a text");

  EmbeddingAnswer answer{.tokens = read_tokens(*object)};
  std::vector<bool> is_filled(count);
  for (std::size_t i = 0; i < count; ++i) TRY_VOID(read_entry((*list)[i], i, answer, is_filled));
  return answer;
}

}  // namespace aiva::openai
