#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "documents/xml/xml_reader.h"
#include "foundation/result.h"

namespace aiva::documents {

// What a paragraph's properties say, directly or through its style.
struct DocxParagraphLook {
  std::optional<int> outline_level{};  // 0…8; 9 is body text
  std::optional<int> number_id{};      // of numbering.xml; 0 is none
  std::optional<int> list_level{};     // from 0
  std::optional<bool> is_bold{};
  std::optional<bool> is_monospaced{};
};

// A paragraph style with what it inherits.
struct DocxStyle {
  DocxParagraphLook look{};
  int heading_level = 0;  // 1…6, 0 where it is no heading
  bool is_code = false;
  bool is_quote = false;
  bool has_header_row = false;  // of a table style: the first row looks different
};

// The styles of a document (styles.xml). Localised names are no matter: headings are told by their
// outline level or by the name the format gives its own styles.
class DocxStyles {
 public:
  // What can be read of the part; a damaged rest is left out.
  static DocxStyles parse(std::string_view xml);

  // An unknown style is an ordinary one, unless its id itself names a heading ("Heading2").
  [[nodiscard]] DocxStyle find(std::string_view id) const;
  // The style of paragraphs that name none.
  [[nodiscard]] const std::string& default_id() const { return default_id_; }

 private:
  struct Entry {
    std::string name;  // in lower case
    std::string based_on;
    DocxParagraphLook look;
    bool has_header_row = false;
  };

  Result<void> read(XmlReader& xml);
  Result<void> read_style(XmlReader& xml);
  [[nodiscard]] DocxStyle resolve(const std::string& id) const;

  std::map<std::string, Entry, std::less<>> entries_;
  std::map<std::string, DocxStyle, std::less<>> resolved_;
  std::string default_id_;
  bool is_all_monospaced_ = false;  // then a fixed pitch means nothing
};

// Whether a switch element (w:b, w:vanish) that just started is on.
bool is_switched_on(const XmlReader& xml);
// The number in an attribute; nothing where it holds none.
std::optional<int> number_attribute(const XmlReader& xml, std::string_view name);
// Reads the w:numPr that just started.
Result<void> read_number_properties(XmlReader& xml, DocxParagraphLook& look);
// Whether letters of that font all have the same width.
bool is_monospaced_font(std::string_view font);

}  // namespace aiva::documents
