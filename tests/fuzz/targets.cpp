#include "targets.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "chunk_targets.h"
#include "documents/archive/zip_reader.h"
#include "documents/charset.h"
#include "documents/format_detection.h"
#include "documents/formats/converted_text.h"
#include "documents/formats/format.h"
#include "documents/formats/image_header.h"
#include "documents/pictures/decode_picture.h"
#include "documents/pictures/heif_header.h"
#include "documents/protocol.h"
#include "documents/xml/xml_reader.h"
#include "give_up.h"
#include "json_targets.h"
#include "keyword_targets.h"
#include "package_text.h"
#include "page_text.h"
#include "rtp_target.h"
#include "text_targets.h"
#include "web_targets.h"
#include "written_target.h"

namespace aiva::fuzz {
namespace {

using documents::RecordDecoder;

// Sends records through the decoder as the server does; it must believe all of them.
class Server {
 public:
  Server() { take(documents::encode(documents::Started{FileFormat::text})); }

  Result<void> take(const std::string& bytes) {
    decoder_.feed(bytes);
    auto record = decoder_.next();
    if (!record) give_up("a record was not believed", record.error());
    return {};
  }

 private:
  RecordDecoder decoder_;
};

// Every format, once make_targets has made them.
std::vector<std::unique_ptr<documents::Format>>& all_formats() {
  static std::vector<std::unique_ptr<documents::Format>> formats;
  return formats;
}

// What lies in a document is read, too.
template <class Run>
void read_as(FileFormat kind, Run run) {
  Server server;
  DocumentSink sink{
      .blocks =
          [&](std::vector<Block> blocks) {
            return server.take(documents::encode(std::span(blocks.cbegin(), blocks.cend())));
          },
      .progress = [&](int done,
                      int all) { return server.take(encode(documents::Progress{done, all})); },
      .file = [&](const EmbeddedFile& file, std::string_view piece,
                  bool is_last) { return server.take(documents::encode(file, piece, is_last)); }};
  ReadRequest request{.wants_images = true, .wants_documents = true};
  documents::BlockOutput out(sink, request, {}, {.formats = all_formats()});
  auto summary = run(out);
  if (!summary) {
    if (!out.has_sink_failed()) server.take(documents::encode(summary.error()));
    return;
  }
  summary->format = kind;
  server.take(documents::encode(*summary));
}

void read(const documents::Format& format, std::string_view bytes) {
  read_as(format.format(), [&](auto& out) { return format.read(bytes, out); });
}

// What catdoc and catppt wrote of a document.
void read_converted_text(std::string_view bytes) {
  read_as(FileFormat::doc, [&](auto& out) { return documents::read_catdoc_text(bytes, out); });
  read_as(FileFormat::ppt, [&](auto& out) { return documents::read_catppt_text(bytes, out); });
}

// Packed formats also take a text that describes a package.
void read_packed(const documents::Format& format, std::string_view bytes) {
  if (auto packed = pack(bytes))
    read(format, *packed);
  else
    read(format, bytes);
}

void detect(std::string_view bytes) {
  auto packed = pack(bytes);
  for (const char* name : {"", "a.md", "a.html", "a.csv", "a.json", "a.eml"})
    (void)documents::detect_format(packed ? *packed : bytes, name);
}

void decode_charset(std::string_view bytes) {
  auto text = documents::decode_text(bytes, documents::find_declared_charset(bytes));
  if (text) (void)documents::looks_like_text(*text);
}

void read_zip_directory(std::string_view bytes) {
  auto zip = documents::ZipReader::open(bytes, {.entries_max = 100, .unpacked_bytes_max = 1 << 24});
  if (!zip) return;
  for (const auto& entry : zip->entries()) (void)zip->read(entry);
}

void read_xml(std::string_view bytes) {
  auto text = documents::decode_xml(std::string(bytes));
  if (!text) return;
  documents::XmlReader xml(*text, {.skips_doctype = true});
  for (auto event = xml.next(); event && *event != documents::XmlEvent::done; event = xml.next())
    if (*event == documents::XmlEvent::start) (void)xml.attribute("id");
}

// The first byte says how large the pieces are in which the rest arrives.
void decode_records(std::string_view bytes) {
  if (bytes.empty()) return;
  std::size_t piece = 1 + static_cast<unsigned char>(bytes.front());
  bytes.remove_prefix(1);
  RecordDecoder decoder;
  while (!bytes.empty()) {
    decoder.feed(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    for (;;) {
      auto record = decoder.next();
      if (!record) return;
      if (!*record) break;
    }
  }
}

void decode_requests(std::string_view bytes) {
  auto request = documents::decode_request(bytes);
  if (!request) return;
  // What was understood once is understood again in the same way.
  auto again = documents::decode_request(documents::encode(*request));
  if (again && again->wanted.pages_to_recognise != request->wanted.pages_to_recognise) std::abort();
}

// As the worker does for the model of images; what it sends must be believed. Large pictures take
// their time and show nothing new.
void decode_image(std::string_view bytes) {
  static const auto functions = [] {
    auto leptonica = documents::OcrFunctions::load("libtesseract.so.5");
    if (!leptonica) give_up("Leptonica", leptonica.error());
    leptonica->setMsgSeverity(L_SEVERITY_NONE);
    auto heif = documents::HeifFunctions::load();
    if (!heif) give_up("libheif", heif.error());
    return documents::PictureFunctions{.leptonica = *leptonica, .heif = *heif};
  }();
  auto header = documents::read_image_header(bytes);
  auto heif = documents::read_heif_header(bytes);
  constexpr std::int64_t side_max = 1000;
  bool is_large =
      header && (header->pages.front().width > side_max || header->pages.front().height > side_max);
  if (is_large || (heif && heif->longest_side > side_max)) return;
  Server server;
  DocumentSink sink{.blocks = {},
                    .file = [&](const EmbeddedFile& file, std::string_view piece, bool is_last) {
                      return server.take(documents::encode(file, piece, is_last));
                    }};
  ReadRequest request{.picture_side = 64};
  auto summary = documents::deliver_picture(bytes, request, functions, nullptr, sink);
  server.take(summary ? documents::encode(*summary) : documents::encode(summary.error()));
}

bool is_packed(FileFormat format) {
  switch (format) {
    case FileFormat::docx:
    case FileFormat::pptx:
    case FileFormat::xlsx:
    case FileFormat::odt:
    case FileFormat::ods:
    case FileFormat::odp:
    case FileFormat::epub:
    case FileFormat::zip: return true;
    default: return false;
  }
}

}  // namespace

std::vector<Target> make_targets(bool needs_pdfium) {
  static const auto pdfium = documents::Pdfium::open(needs_pdfium ? AIVA_PDFIUM : "");
  all_formats() = documents::make_all_formats(pdfium ? pdfium->get() : nullptr);
  std::vector<Target> targets = {
      {"detect", detect},
      {"charset", decode_charset},
      {"zip_directory", read_zip_directory},
      {"xml", read_xml},
      {"image_header", [](auto bytes) { (void)documents::read_image_header(bytes); }},
      {"converted_text", read_converted_text},
      {"picture", decode_image},
      {"records", decode_records},
      {"requests", decode_requests},
      {"keyword_text", analyse_keywords},
      {"keyword_sections", search_keyword_sections},
      {"json_schema", check_json_schema},
      {"json_values", compare_json},
      {"streams", read_in_pieces},
      {"short_texts", read_short_texts},
      {"rtp", play_rtp},
      {"written", read_what_was_written},
      {"chunks", cut_blocks},
      {"tokens", count_tokens},
      {"robots", ask_robots},
      {"sitemap", read_sitemap},
      {"links", follow_links},
      {"form", upload_form}};
  for (const auto& format : all_formats()) {
    auto run = is_packed(format->format()) ? read_packed : read;
    targets.push_back({std::string(to_string(format->format())),
                       [&format = *format, run](auto bytes) { run(format, bytes); }});
    if (format->format() == FileFormat::pdf)
      targets.push_back(
          {"pdf_pages", [&format = *format](auto bytes) { read(format, draw_pdf(bytes)); }});
  }
  return targets;
}

}  // namespace aiva::fuzz
