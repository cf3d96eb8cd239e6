#pragma once

#include <cstdint>
#include <string_view>

namespace aiva::json::schema_detail {

// The formats of strings that are checked.
enum class Format : std::uint8_t { none, date, time, date_time, email, uri, uuid, ipv4 };

// `none` for names we do not know, which are annotations.
Format parse_format(std::string_view name);

// Whether the text has the format: RFC 3339 for dates and times, RFC 3986 for URIs (absolute),
// RFC 5321 loosely for addresses.
bool has_format(std::string_view text, Format format);

}  // namespace aiva::json::schema_detail
