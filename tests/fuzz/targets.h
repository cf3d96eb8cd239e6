#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace aiva::fuzz {

// Bytes an enemy chose go into `run`, which must neither crash nor hang nor put out what the
// server would not believe.
struct Target {
  std::string name;
  std::function<void(std::string_view bytes)> run;
};

// The reader of each format by the format's usual suffix, of PDF also by what is drawn: pdf_pages.
// What was written is read: written. What stands before and after them: detect, charset,
// zip_directory, xml, image_header, converted_text, records, requests, chunks, tokens. Where
// documents come from: robots, sitemap, links, form. And the keywords of texts and segments:
// keyword_text, keyword_sections. And the schemas of functions: json_schema, JSON by each of our
// readers: json_values, streams of CSV and events: streams, descriptions: short_texts, and packets
// of sound: rtp. PDFium is loaded when `needs_pdfium`.
std::vector<Target> make_targets(bool needs_pdfium);

}  // namespace aiva::fuzz
