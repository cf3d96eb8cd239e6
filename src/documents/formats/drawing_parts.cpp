#include "documents/formats/drawing_parts.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "documents/clean_text.h"
#include "documents/formats/table_grid.h"
#include "documents/formats/xlsx_number_format.h"
#include "documents/xml/xml_reader.h"

namespace aiva::documents {
namespace {

constexpr std::size_t points_max = 10000;  // of one series
constexpr std::size_t series_max = 256;

// All of a:t below the current element, paragraphs parted by blanks.
Result<void> append_drawing_text(XmlReader& xml, std::string& out) {
  return xml.for_each_child([&](std::string_view name) -> Result<void> {
    if (name == "t") {
      TRY(auto text, xml.read_text());
      out += text;
      return {};
    }
    if (name == "br") out += ' ';
    TRY_VOID(append_drawing_text(xml, out));
    if (name == "p") out += ' ';
    return {};
  });
}

struct Series {
  std::string name;
  std::vector<std::string> categories;
  std::vector<std::string> values;
};

class ChartReader {
 public:
  explicit ChartReader(XmlReader& xml) : xml_(xml) {}

  Result<void> read_element(std::string_view name) {
    if (name == "title") {
      std::string title;
      TRY_VOID(append_drawing_text(xml_, title));
      if (!is_blank(title)) titles_.push_back(clean_flowing_text(title));
      return {};
    }
    if (name == "date1904") is_1904_ = xml_.attribute("val") != "0";
    if (name == "ser" && series_.size() < series_max) return read_series();
    return xml_.for_each_child([&](std::string_view child) { return read_element(child); });
  }

  std::vector<OfficeBlock> finish(int page) {
    std::vector<OfficeBlock> blocks;
    for (auto& title : titles_)
      blocks.push_back({.block = {.page = page, .text = std::move(title)}});
    if (!series_.empty()) blocks.push_back(make_table(page));
    return blocks;
  }

 private:
  Result<void> read_series() {
    Series series;
    TRY_VOID(xml_.for_each_child([&](std::string_view name) -> Result<void> {
      std::vector<std::string> points;
      if (name == "tx") {
        TRY_VOID(read_points(points));
        for (const auto& point : points)
          series.name.append(series.name.empty() ? "" : " ") += point;
        return {};
      }
      if (name == "cat" || name == "xVal") return read_points(series.categories);
      if (name == "val" || name == "yVal") return read_points(series.values);
      return {};
    }));
    series_.push_back(std::move(series));
    return {};
  }

  // The cached points below the current element, each at its index; a literal counts as one.
  Result<void> read_points(std::vector<std::string>& points) {
    return xml_.for_each_child([&](std::string_view name) -> Result<void> {
      if (name == "numCache" || name == "numLit") return read_numbers(points);
      if (name == "pt") return read_point(points);
      if (name != "v") return read_points(points);
      TRY(auto text, xml_.read_text());
      points.push_back(std::move(text));
      return {};
    });
  }

  Result<void> read_point(std::vector<std::string>& points) {
    std::size_t index = 0;
    auto written = xml_.attribute("idx");
    std::from_chars(written.data(), written.data() + written.size(), index);
    if (index >= points_max) return {};
    std::vector<std::string> value;
    TRY_VOID(read_points(value));
    if (points.size() <= index) points.resize(index + 1);
    if (!value.empty()) points[index] = std::move(value.front());
    return {};
  }

  // Numbers lie in the file with all their digits and are shown in the format that comes first.
  Result<void> read_numbers(std::vector<std::string>& points) {
    NumberFormat format;
    TRY_VOID(xml_.for_each_child([&](std::string_view name) -> Result<void> {
      if (name == "pt") return read_point(points);
      if (name != "formatCode") return {};
      TRY(auto code, xml_.read_text());
      format = NumberFormat(code);
      return {};
    }));
    for (auto& point : points) {
      double number = 0;
      auto read = std::from_chars(point.data(), point.data() + point.size(), number);
      bool is_number = read.ec == std::errc() && read.ptr == point.data() + point.size();
      if (is_number) point = format.show(number, is_1904_);
    }
    return {};
  }

  [[nodiscard]] OfficeBlock make_table(int page) const {
    TableGrid grid;
    grid.begin_row(true);
    grid.add_cell("");
    std::size_t count = 0;
    const std::vector<std::string>* categories = &series_.front().categories;
    for (const auto& series : series_) {
      grid.add_cell(series.name);
      count = std::max({count, series.values.size(), series.categories.size()});
      if (series.categories.size() > categories->size()) categories = &series.categories;
    }
    auto at = [](const std::vector<std::string>& points, std::size_t i) {
      return i < points.size() ? points[i] : std::string();
    };
    for (std::size_t i = 0; i < count && !grid.is_full(); ++i) {
      grid.begin_row(false);
      grid.add_cell(at(*categories, i));
      for (const auto& series : series_) grid.add_cell(at(series.values, i));
    }
    return grid.finish(Block{.page = page, .text = {}}, true);
  }

  XmlReader& xml_;
  std::vector<std::string> titles_;
  std::vector<Series> series_;
  bool is_1904_ = false;
};

Result<void> read_points_of_diagram(XmlReader& xml, int page, std::vector<OfficeBlock>& blocks) {
  return xml.for_each_child([&](std::string_view name) -> Result<void> {
    if (name != "t") return read_points_of_diagram(xml, page, blocks);
    std::string text;
    TRY_VOID(append_drawing_text(xml, text));
    if (!is_blank(text))
      blocks.push_back({.block = {.kind = BlockKind::list_item,
                                  .level = 1,
                                  .page = page,
                                  .text = clean_flowing_text(text)}});
    return {};
  });
}

}  // namespace

std::vector<OfficeBlock> read_chart(std::string_view text, int page) {
  XmlReader xml(text);
  ChartReader reader(xml);
  auto read = xml.for_each_child([&](std::string_view name) { return reader.read_element(name); });
  return read ? reader.finish(page) : std::vector<OfficeBlock>();
}

std::vector<OfficeBlock> read_diagram(std::string_view text, int page) {
  XmlReader xml(text);
  std::vector<OfficeBlock> blocks;
  if (!read_points_of_diagram(xml, page, blocks)) blocks.clear();
  return blocks;
}

}  // namespace aiva::documents
