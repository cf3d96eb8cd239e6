#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "faces/http/internal/multipart_parser.h"

namespace aiva::http {

// What a parser found of a form.
struct FormReading {
  std::string parts;  // "[NAME]CONTENT[/]" one after the other
  bool has_ended = false;
  std::string error;  // its message
};

// Whether two readings of a form say the same; what was read before a failure may differ.
inline bool are_alike(const FormReading& a, const FormReading& b) {
  return a.error == b.error && a.has_ended == b.has_ended &&
         (!a.error.empty() || a.parts == b.parts);
}

// Reads a multipart body with the boundary "b" that arrives in pieces of so many bytes.
inline FormReading read_form(std::string_view body, std::size_t piece) {
  using Event = MultipartParser::Event;
  MultipartParser parser("b", {});
  FormReading reading;
  std::string kept;
  while (!body.empty()) {
    kept += body.substr(0, piece);
    body.remove_prefix(std::min(piece, body.size()));
    std::string_view window = kept;
    for (auto event = parser.next(window);; event = parser.next(window)) {
      if (!event) {
        reading.error = event.error().message;
        return reading;
      }
      if (*event == Event::need_input) break;
      if (*event == Event::part) reading.parts += "[" + parser.part().name + "]";
      if (*event == Event::data) reading.parts += parser.data();
      if (*event == Event::part_end) reading.parts += "[/]";
      reading.has_ended = *event == Event::end;
      if (reading.has_ended) return reading;
    }
    kept.erase(0, kept.size() - window.size());
  }
  return reading;
}

}  // namespace aiva::http
