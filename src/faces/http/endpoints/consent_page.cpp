#include "faces/http/endpoints/consent_page.h"

#include <utility>

#include "faces/http/endpoints/html_text.h"

namespace aiva::http {
namespace {

constexpr std::string_view head = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>)";

// As application/x-www-form-urlencoded (https://url.spec.whatwg.org/#urlencoded-serializing).
void append_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (char c : text) {
    bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '*' || c == '-' || c == '.' || c == '_';
    auto byte = static_cast<unsigned char>(c);
    if (is_plain)
      out += c;
    else if (c == ' ')
      out += '+';
    else
      out.append("%").append(1, digits[byte >> 4U]).append(1, digits[byte & 15U]);
  }
}

Response page(int status, std::string_view title, std::string_view text) {
  std::string html(head);
  append_escaped(html, title);
  html += "</title>\n</head>\n<body>\n<main>\n<h1>";
  append_escaped(html, title);
  html += "</h1>\n<p>";
  append_escaped(html, text);
  html += "</p>\n<p>You may close this window.</p>\n</main>\n</body>\n</html>\n";
  return text_response(status, "text/html; charset=utf-8", std::move(html));
}

}  // namespace

std::string query_as_sent(const Request& request) {
  std::string query;
  for (const auto& [name, value] : request.query) {
    if (!query.empty()) query += '&';
    append_encoded(query, name);
    query += '=';
    append_encoded(query, value);
  }
  return query;
}

Response given_consent_page(const commerce::Store& store) {
  const auto& name = store.identity.name.empty() ? store.address : store.identity.name;
  return page(200, "The store is connected", name + " can now be read into its knowledge base.");
}

Response refused_consent_page(int status, std::string_view reason) {
  return page(status, "The store is not connected", reason);
}

}  // namespace aiva::http
