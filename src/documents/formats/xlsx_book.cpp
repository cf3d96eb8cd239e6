#include "documents/formats/xlsx_book.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <utility>

#include "documents/clean_text.h"
#include "documents/xml/xml_reader.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr std::size_t texts_bytes_max = 64UL * 1024 * 1024;
constexpr std::size_t sheets_max = 5000;
constexpr std::size_t styles_max = 70000;
constexpr std::size_t formats_max = 10000;

int to_int(std::string_view text, int fallback) {
  int value = fallback;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool is_true(std::string_view text) { return text == "1" || text == "true"; }

}  // namespace

std::string decode_cell_escapes(std::string text) {
  constexpr std::size_t escape_bytes = 7;
  auto at = text.find("_x");
  if (at == std::string::npos) return text;
  std::string out;
  std::size_t done = 0;
  for (; at != std::string::npos; at = text.find("_x", at)) {
    unsigned value = 0;
    bool is_whole = at + escape_bytes <= text.size() && text[at + 6] == '_';
    if (is_whole) {
      const char* digits = text.data() + at + 2;
      auto read = std::from_chars(digits, digits + 4, value, 16);
      is_whole = read.ptr == digits + 4;
    }
    if (!is_whole) {
      ++at;
      continue;
    }
    out.append(text, done, at - done);
    append_utf8(out, value);
    at += escape_bytes;
    done = at;
  }
  return out.append(text, done);
}

Result<void> SharedStrings::read(std::string_view text) {
  XmlReader xml(text);
  int phonetic_depth = 0;  // of the element that is passed over, or 0
  bool is_text = false;
  std::size_t begin = 0;
  for (;;) {
    TRY(auto event, xml.next());
    if (event == XmlEvent::done) return {};
    if (event == XmlEvent::text) {
      if (is_text) texts_ += xml.text();
      if (texts_.size() > texts_bytes_max)
        return fail(ErrorCode::too_large, "The workbook holds too much text");
      continue;
    }
    auto name = xml.name();
    bool is_start = event == XmlEvent::start;
    if (phonetic_depth > 0) {
      if (!is_start && xml.depth() < phonetic_depth) phonetic_depth = 0;
      continue;
    }
    if (name == "t") is_text = is_start;
    if (name == "rPh" && is_start) phonetic_depth = xml.depth();
    if (name != "si") continue;
    if (is_start) {
      begin = texts_.size();
      continue;
    }
    if (texts_.find("_x", begin) != std::string::npos) {
      auto decoded = decode_cell_escapes(texts_.substr(begin));
      texts_.replace(begin, std::string::npos, decoded);
    }
    ends_.push_back(static_cast<std::uint32_t>(texts_.size()));
  }
}

std::string_view SharedStrings::at(std::size_t index) const {
  if (index >= ends_.size()) return {};
  std::size_t begin = index == 0 ? 0 : ends_[index - 1];
  return std::string_view(texts_).substr(begin, ends_[index] - begin);
}

Result<void> CellFormats::read(std::string_view text) {
  std::unordered_map<int, std::string> codes;
  std::unordered_map<int, std::uint32_t> known;
  XmlReader xml(text);
  auto add_style = [&](int id) {
    auto [found, is_new] = known.try_emplace(id, static_cast<std::uint32_t>(formats_.size()));
    if (is_new) {
      auto code = codes.find(id);
      formats_.push_back(code == codes.end() ? NumberFormat::built_in(id)
                                             : NumberFormat(code->second));
    }
    style_formats_.push_back(found->second);
  };
  return xml.for_each_child([&](std::string_view) -> Result<void> {
    return xml.for_each_child([&](std::string_view group) -> Result<void> {
      bool is_codes = group == "numFmts";
      if (!is_codes && group != "cellXfs") return {};
      return xml.for_each_child([&](std::string_view name) -> Result<void> {
        int id = to_int(xml.attribute("numFmtId"), 0);
        if (is_codes && name == "numFmt" && codes.size() < formats_max)
          codes.insert_or_assign(id, std::string(xml.attribute("formatCode")));
        if (!is_codes && name == "xf" && style_formats_.size() < styles_max) add_style(id);
        return {};
      });
    });
  });
}

const NumberFormat& CellFormats::at(std::size_t style) const {
  return formats_[style < style_formats_.size() ? style_formats_[style] : 0];
}

Result<Workbook> read_workbook(std::string_view text) {
  Workbook book;
  XmlReader xml(text);
  TRY_VOID(xml.for_each_child([&](std::string_view) -> Result<void> {
    return xml.for_each_child([&](std::string_view name) -> Result<void> {
      if (name == "workbookPr") book.is_1904 = is_true(xml.attribute("date1904"));
      if (name != "sheets") return {};
      return xml.for_each_child([&](std::string_view entry) -> Result<void> {
        if (entry != "sheet" || book.sheets.size() >= sheets_max) return {};
        auto state = xml.attribute("state");
        book.sheets.push_back({.name = clean_flowing_text(unwrap_lines(xml.attribute("name"))),
                               .relation = std::string(xml.prefixed_attribute("id")),
                               .is_hidden = state == "hidden" || state == "veryHidden"});
        return {};
      });
    });
  }));
  return book;
}

}  // namespace aiva::documents
