#include "faces/http/endpoints/openai_embeddings.h"

#include <array>
#include <bit>
#include <cstring>
#include <span>
#include <utility>

#include "faces/http/endpoints/openai_input.h"
#include "foundation/crypto.h"
#include "foundation/json.h"

namespace aiva::http {
namespace {

using embeddings::TextVectors;

constexpr std::size_t texts_max = 2048;
constexpr std::uint64_t body_bytes_max = 8ULL * 1024 * 1024;
constexpr std::array<std::string_view, 5> known = {"model", "input", "encoding_format",
                                                   "dimensions", "user"};

struct EmbeddingCall {
  embeddings::VectorRequest request{};
  bool is_base64 = false;
};

std::vector<std::string> read_texts(json::Fields& fields, const json::Object& body) {
  std::vector<std::string> texts;
  const auto* input = body.if_contains("input");
  if (input == nullptr || input->is_null()) {
    fields.add_error("input", "is required");
    return texts;
  }
  if (input->is_string()) {
    texts.emplace_back(text_of(body, "input"));
    return texts;
  }
  const auto* array = fields.array("input", texts_max);
  if (array == nullptr) return texts;
  for (const auto& element : *array) {
    const auto* text = element.if_string();
    if (text == nullptr) {
      bool is_token = element.is_number() || element.is_array();
      fields.add_error("input", is_token ? "tokens are not supported here; send the text"
                                         : "must be a string or an array of strings");
      return texts;
    }
    texts.emplace_back(text->data(), text->size());
  }
  return texts;
}

Result<EmbeddingCall> read_call(const json::Value& body) {
  json::Fields fields(body);
  TRY_VOID(body.is_object() ? Result<void>() : fields.finish());
  const auto& object = body.get_object();
  refuse_fields_besides(fields, object, known);
  EmbeddingCall call;
  call.request.model = fields.text("model", {.length_min = 1, .length_max = 200});
  call.request.texts = read_texts(fields, object);
  if (fields.has("dimensions"))
    call.request.dimension = static_cast<std::size_t>(fields.integer("dimensions", 1, 1, 100'000));
  auto format = fields.optional_text("encoding_format", {.length_max = 20}).value_or("float");
  call.is_base64 = format == "base64";
  if (!call.is_base64 && format != "float")
    fields.add_error("encoding_format", "must be float or base64");
  TRY_VOID(fields.finish());
  return call;
}

// Base64 of the numbers as little-endian 32-bit floats.
std::string packed(std::span<const float> row) {
  static_assert(std::endian::native == std::endian::little);
  std::string bytes(row.size_bytes(), '\0');
  std::memcpy(bytes.data(), row.data(), row.size_bytes());
  return to_base64(bytes);
}

Response answer_with(const embeddings::VectorAnswer& answer, bool is_base64) {
  const auto& vectors = answer.vectors;
  auto rows = vectors.values.size() / vectors.dimension;
  Response response;
  response.body.reserve(rows * (vectors.dimension * (is_base64 ? 6 : 12) + 64));
  JsonWriter writer(response.body);
  writer.begin_object().field("object", "list").key("data").begin_array();
  for (std::size_t i = 0; i < rows; ++i) {
    writer.begin_object().field("object", "embedding").field("index", i).key("embedding");
    auto row = vectors.row(i);
    if (is_base64) {
      writer.value(packed(row));
    } else {
      writer.begin_array();
      for (float value : row) writer.value(static_cast<double>(value));
      writer.end_array();
    }
    writer.end_object();
  }
  writer.end_array().field("model", vectors.model).key("usage").begin_object();
  writer.field("prompt_tokens", vectors.tokens).field("total_tokens", vectors.tokens).end_object();
  writer.end_object();
  return response;
}

Task<Result<Response>> post_embeddings(TextVectors& vectors, CallContext context,
                                       Request& request) {
  CO_TRY(auto body, request.json());
  CO_TRY(auto call, read_call(body));
  CO_TRY(auto answer, co_await vectors.embed(context, std::move(call.request)));
  co_return answer_with(answer, call.is_base64);
}

}  // namespace

std::vector<Route> openai_embedding_routes(TextVectors& vectors) {
  std::vector<Route> routes;
  auto handler = [&vectors](CallContext context, Request& request) {
    return post_embeddings(vectors, std::move(context), request);
  };
  routes.push_back({Method::post,
                    "/v1/embeddings",
                    Right::needs(identity::Permission::search),
                    handler,
                    {.body_bytes_max = body_bytes_max}});
  return routes;
}

}  // namespace aiva::http
