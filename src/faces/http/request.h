#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capabilities/identity/types.h"
#include "faces/http/method.h"
#include "faces/http/uploaded_form.h"
#include "foundation/json.h"
#include "foundation/result.h"

namespace aiva::http {

// One header line; views into the connection's buffer.
struct HeaderField {
  std::string_view name;
  std::string_view value;
};

// The page a list request asks for.
struct Page {
  int page = 1;    // from 1
  int limit = 50;  // entries a page
};

struct PageLimits {
  int limit_default = 50;
  int limit_max = 200;
};

// One request as handlers see it: read, decoded, checked and authenticated. It lives until the
// answer is written (streams included); keep nothing of it longer. Tests may fill it by hand.
struct Request {
  Method method = Method::get;
  std::string path{};                // percent-decoded, UTF-8, starts with '/'
  std::string_view route_pattern{};  // "/api/knowledge/:kbId"; empty when no route fits
  std::vector<std::pair<std::string_view, std::string>> path_parameters{};  // name, decoded value
  std::vector<std::pair<std::string, std::string>> query{};                 // decoded, in order
  std::vector<HeaderField> headers{};
  std::string body{};                  // for BodyKind::json and text
  std::optional<UploadedForm> form{};  // for BodyKind::multipart
  std::string client_address{};        // the peer, or what a trusted proxy says
  std::string request_id{};
  bool is_secure = false;                                  // came over TLS
  std::shared_ptr<const identity::Principal> signed_in{};  // null: anonymous
  std::string_view refused_secret{};  // credentials by which nobody is known; never log them

  // Who is calling; a principal without any right when nobody signed in.
  [[nodiscard]] const identity::Principal& principal() const;
  [[nodiscard]] bool is_signed_in() const { return signed_in != nullptr; }

  // The path parameter `name` (without its colon); empty when the route has none of that name.
  [[nodiscard]] std::string_view parameter(std::string_view name) const;
  // The path parameter `name` as an id; `not_found` when it is malformed.
  template <class IdType>
  [[nodiscard]] Result<IdType> id(std::string_view name) const {
    if (auto parsed = IdType::parse(parameter(name))) return *parsed;
    return fail(malformed_id(name));
  }

  // The first header of that name (case-insensitive), or empty.
  [[nodiscard]] std::string_view header(std::string_view name) const;

  // The first query parameter of that name, decoded; nothing when absent or empty.
  [[nodiscard]] std::optional<std::string_view> query_text(std::string_view name) const;
  // The query parameter as an integer, `fallback` when absent; `invalid` (with the field) when it
  // is no number or outside min…max.
  [[nodiscard]] Result<std::int64_t> query_integer(std::string_view name, std::int64_t fallback,
                                                   std::int64_t min, std::int64_t max) const;
  // The query parameter as true/false/1/0, nothing when absent; `invalid` for anything else.
  [[nodiscard]] Result<std::optional<bool>> query_flag(std::string_view name) const;
  // `page` and `limit`; `invalid` when malformed or out of range.
  [[nodiscard]] Result<Page> page(PageLimits limits = {}) const;

  // The body as JSON; `invalid` with the position when it is malformed or missing. The server has
  // already refused other content types (415).
  [[nodiscard]] Result<json::Value> json() const;

 private:
  static Error malformed_id(std::string_view name);
};

}  // namespace aiva::http
