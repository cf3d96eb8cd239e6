#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "capabilities/functions/internal/compiled_function.h"
#include "ports/http_client.h"

namespace aiva::functions {

// How much of an answer is read at all; the model sees less.
inline constexpr std::size_t answer_bytes_max = 1024 * 1024;

// What the model is told of a call.
struct CallResult {
  std::string text{};  // JSON or text, cut to the function's cap
  bool is_error = false;
};

CallResult describe_answer(const HttpResponse& answer, const CompiledFunction& function,
                           const SecretValues& secrets);
// A failure of the client before an answer was there.
CallResult describe_failure(const Error& error);

// The text with every secret in it replaced, plain, in JSON and percent-encoded.
std::string without_secrets(std::string text, const SecretValues& secrets);

// At most so many bytes, the cut told.
std::string cut(std::string text, std::size_t bytes_max);

}  // namespace aiva::functions
