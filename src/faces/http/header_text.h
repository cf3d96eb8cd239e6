#pragma once

#include <string_view>

namespace aiva::http {

// Whether two ASCII texts are equal without regard to case.
bool equals_ignoring_case(std::string_view a, std::string_view b);
// The text without spaces and tabs at its ends.
std::string_view trim_blanks(std::string_view text);
// Whether a comma-separated header value contains `token` (case-insensitive).
bool list_contains(std::string_view list, std::string_view token);
// The media type of a Content-Type value without parameters: "text/html" of "text/html; charset=x".
std::string_view media_type_of(std::string_view content_type);
// The value of a parameter of a header value ("boundary" of "multipart/form-data; boundary=x"),
// without quotes; empty when absent.
std::string_view header_parameter(std::string_view value, std::string_view name);
// Whether an Accept-Encoding value takes the coding `wanted` (with a weight above zero).
bool accepts_coding(std::string_view accept_encoding, std::string_view wanted);
// Whether `text` may stand in a header value: no control characters but tab.
bool is_header_safe(std::string_view text);

}  // namespace aiva::http
