#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "documents/formats/list_labels.h"
#include "documents/xml/xml_reader.h"
#include "foundation/result.h"

namespace aiva::documents {

// A paragraph, text or page style of an OpenDocument file with what it inherits.
struct OdfStyle {
  int heading_level = 0;  // 1…6, 0 where it is no heading
  bool is_title = false;
  bool is_code = false;
  bool is_quote = false;
  bool is_bold = false;
  bool is_hidden = false;    // text that is not shown, a slide that is left out
  bool starts_page = false;  // a page break comes before it
  std::string list_style{};
};

// How the items of a list are labelled.
struct OdfListLevel {
  NumberLook look = NumberLook::none;
  std::string prefix{};
  std::string suffix{};
  int shown_levels = 1;  // how many levels' numbers the label shows
  int start = 1;
};
using OdfListStyle = std::array<OdfListLevel, list_levels>;

// The styles of an OpenDocument file, out of styles.xml and the automatic ones of content.xml.
class OdfStyles {
 public:
  // Adds the styles that are children of the element that just started (office:styles,
  // office:automatic-styles); later ones replace earlier ones of the same name.
  Result<void> read(XmlReader& xml);
  // Adds those of a whole file; what comes before damage is kept.
  void read_file(std::string_view xml);

  // `family` is "paragraph", "text", "drawing-page"…; an unknown style is an ordinary one.
  [[nodiscard]] const OdfStyle& find(std::string_view family, std::string_view name);
  // Null where there is no such list.
  [[nodiscard]] const OdfListStyle* find_list(std::string_view name) const;
  // How headings are numbered; null where the file does not say.
  [[nodiscard]] const OdfListStyle* outline() const { return find_list(outline_name); }

 private:
  static constexpr std::string_view outline_name = "\x01outline";

  struct Entry {
    std::string name;  // in lower case, as it is shown
    std::string parent;
    std::optional<int> outline_level;
    std::optional<bool> is_bold;
    std::optional<bool> is_hidden;
    std::optional<bool> starts_page;
    std::string list_style;
  };

  Result<void> read_style(XmlReader& xml);
  Result<void> read_list_style(XmlReader& xml, std::string_view name);
  [[nodiscard]] OdfStyle resolve(std::string_view family, const std::string& key) const;

  std::map<std::string, Entry, std::less<>> entries_;  // by "family/name"
  std::map<std::string, OdfStyle, std::less<>> resolved_;
  std::map<std::string, OdfListStyle, std::less<>> lists_;
};

}  // namespace aiva::documents
