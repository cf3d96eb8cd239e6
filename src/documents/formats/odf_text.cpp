#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <tuple>
#include <utility>

#include "documents/archive/part_names.h"
#include "documents/clean_text.h"
#include "documents/formats/odf_body.h"

namespace aiva::documents {
namespace {

constexpr int blanks_max = 100;  // of one text:s
constexpr std::size_t padded_bytes_max = 1024UL * 1024;
constexpr int objects_max = 500;

// What is not part of the text although it stands in it.
bool is_left_out(std::string_view name) {
  constexpr std::array<std::string_view, 10> names = {
      "annotation", "annotation-end", "tracked-changes", "ruby-text",        "note-citation",
      "script",     "hidden-text",    "forms",           "hidden-paragraph", "conditional-text"};
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

bool is_drawing(std::string_view name) {
  constexpr std::array<std::string_view, 12> names = {
      "frame", "custom-shape", "rect",     "ellipse", "circle",    "g",
      "path",  "polygon",      "polyline", "line",    "connector", "caption"};
  return std::ranges::find(names, name) != names.end();
}

void OdfBody::append(Paragraph& paragraph, std::string_view text, bool is_bold) {
  paragraph.text += text;
  if (is_blank(text)) return;
  if (paragraph.page == 0) paragraph.page = page_;
  has_text_on_page_ = true;
  (is_bold ? paragraph.has_bold : paragraph.has_light) = true;
}

// Text lies directly in the element, between others.
Result<void> OdfBody::read_text(Paragraph& paragraph, bool is_bold) {
  int depth = xml_.depth();
  for (;;) {
    TRY(auto event, xml_.next());
    if (event == XmlEvent::text) append(paragraph, unwrap_lines(xml_.text()), is_bold);
    if (event == XmlEvent::done || xml_.depth() < depth) return {};
    if (event != XmlEvent::start) continue;
    TRY_VOID(read_text_part(xml_.name(), paragraph, is_bold));
    TRY_VOID(xml_.close_to(depth));
  }
}

Result<void> OdfBody::read_text_part(std::string_view name, Paragraph& paragraph, bool is_bold) {
  if (is_left_out(name)) return {};
  if (name == "s") {
    int count = 1;
    auto written = xml_.attribute("c");
    std::from_chars(written.data(), written.data() + written.size(), count);
    if (paragraph.text.size() < padded_bytes_max)
      paragraph.text.append(static_cast<std::size_t>(std::clamp(count, 1, blanks_max)), ' ');
    return {};
  }
  if (name == "tab") append(paragraph, "\t", is_bold);
  if (name == "line-break") append(paragraph, "\n", is_bold);
  if (name == "soft-page-break" && has_text_on_page_) begin_page();
  if (name == "note") return read_note(paragraph);
  if (is_drawing(name))
    return read_frame([&](OfficeBlock block) -> Result<void> {
      paragraph.attached.push_back(std::move(block));
      return {};
    });
  if (name == "page-number" || name == "page-count") {
    paragraph.has_page_number = true;
    if (is_running_) return {};
  }
  if (name == "a") add_link(paragraph.links, xml_.attribute("href"));
  if (name == "span") {
    const auto& style = styles_.find("text", xml_.attribute("style-name"));
    if (style.is_hidden) return {};
    return read_text(paragraph, is_bold || style.is_bold);
  }
  return read_text(paragraph, is_bold);
}

Result<void> OdfBody::read_note(Paragraph& paragraph) {
  OfficeBlock note{.block = {.kind = BlockKind::footnote, .page = page_, .text = {}}};
  std::vector<OfficeBlock> others;
  TRY_VOID(xml_.for_each_child([&](std::string_view part) -> Result<void> {
    if (part != "note-body") return {};
    return read_blocks([&](OfficeBlock block) -> Result<void> {
      auto line = flatten(block);
      if (!is_blank(line)) note.block.text.append(note.block.text.empty() ? "" : "\n").append(line);
      for (const auto& link : block.block.links) add_link(note.block.links, link);
      return {};
    });
  }));
  if (!note.block.text.empty()) paragraph.attached.push_back(std::move(note));
  return {};
}

// A frame shows the first of its contents; the others stand in for programs that cannot show that.
Result<void> OdfBody::read_frame(const TakeOfficeBlock& take) {
  std::string image;
  std::string description;
  bool is_shown = false;
  auto* list = std::exchange(list_, nullptr);
  auto read = xml_.for_each_child([&](std::string_view name) -> Result<void> {
    if (name == "image") {
      if (std::exchange(is_shown, true)) return {};
      image = resolve_part_name("", xml_.attribute("href"));
      return {};
    }
    if (name == "desc" || (name == "title" && description.empty())) {
      TRY(auto said, xml_.read_text());
      if (!is_blank(said)) description = clean_description(said);
      return {};
    }
    if (name == "object") {
      if (std::exchange(is_shown, true)) return {};
      return read_object(std::string(xml_.attribute("href")), take);
    }
    is_shown |= name == "text-box" || name == "table";
    return read_block(name, take);
  });
  list_ = list;
  if (!image.empty())
    TRY_VOID(take({.block = {.kind = BlockKind::image, .page = page_, .text = description},
                   .image = std::move(image)}));
  return read;
}

// An embedded document, such as a chart with its table; it is read for its tables and text.
Result<void> OdfBody::read_object(std::string_view href, const TakeOfficeBlock& take) {
  auto part = resolve_part_name("", href);
  if (part.empty() || ++objects_ > objects_max) return {};
  auto bytes = zip_.read(part + "/content.xml", xml_bytes_max);
  auto text = bytes ? decode_xml(std::move(*bytes)) : std::move(bytes);
  if (!text) return {};
  XmlReader xml(*text);
  OdfBody inner(zip_, styles_, xml, is_running_);
  inner.set_page(page_);
  inner.objects_ = objects_max;  // no further objects inside
  Result<void> taken;
  std::function<Result<void>(std::string_view)> visit = [&](std::string_view name) -> Result<void> {
    if (name == "table" || name == "p") {
      return inner.read_block(name, [&](OfficeBlock block) -> Result<void> {
        taken = take(std::move(block));
        return taken;
      });
    }
    return xml.for_each_child(visit);
  };
  std::ignore = xml.for_each_child(visit);
  return taken;
}

}  // namespace aiva::documents
