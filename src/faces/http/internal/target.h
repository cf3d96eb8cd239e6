#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aiva::http {

// Replaces %XX (and '+' by a blank where `is_form`); nothing when a sequence is malformed, the
// result is no UTF-8, or it has a control character.
std::optional<std::string> percent_decode(std::string_view text, bool is_form);

// Where a request target leads.
struct Target {
  std::string_view path{};   // still encoded, starts with '/'
  std::string_view query{};  // still encoded, without '?'
};

// Splits origin-form and absolute-form targets (RFC 9112 §3.2); nothing for anything else.
std::optional<Target> split_target(std::string_view target);

// Decodes an encoded path; false when it is malformed or hides a slash or a control character.
bool decode_path(std::string_view encoded, std::string& path);

// Decodes the pairs of a query; false when one is malformed or there are more than 100.
bool decode_query(std::string_view encoded,
                  std::vector<std::pair<std::string, std::string>>& query);

}  // namespace aiva::http
