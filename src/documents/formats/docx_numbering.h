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

// What stands before an item of a list: nothing to print for a bullet, else "3." or "2.1.4".
struct DocxLabel {
  int level = 0;  // of the item, from 0
  std::string text{};
};

// The lists of a document (numbering.xml), counted as its paragraphs come by.
class DocxNumbering {
 public:
  // What can be read of the part; a damaged rest is left out.
  static DocxNumbering parse(std::string_view xml);

  // The next item of the list `number_id` at `level`; where that is not said, the level that the
  // paragraph style belongs to. Nothing where there is no such list.
  std::optional<DocxLabel> next(int number_id, std::optional<int> level, std::string_view style_id);

 private:
  struct Level {
    int start = 1;
    NumberLook look = NumberLook::decimal;
    bool is_bullet = false;
    std::string text{};   // "%1.%2."
    std::string style{};  // paragraphs of this style are at this level
  };
  using Levels = std::array<Level, list_levels>;
  struct AbstractList {
    Levels levels{};
    std::string style_link{};    // defines that list style
    std::string number_style{};  // is defined by the list with that style link
    ListCounters counters{};
  };
  struct List {
    int abstract_id = 0;
    std::map<int, int> starts{};    // of levels that begin anew with this list
    std::map<int, Level> levels{};  // that differ from the abstract list's
    bool is_used = false;
  };

  Result<void> read(XmlReader& xml);
  Result<void> read_abstract(XmlReader& xml);
  Result<void> read_list(XmlReader& xml);
  static Result<Level> read_level(XmlReader& xml);
  AbstractList* find_abstract(int id);
  static const Level& level_of(const List& list, const AbstractList& abstract, int level);
  static std::string write_label(const List& list, const AbstractList& abstract, int level);

  std::map<int, AbstractList> abstracts_;
  std::map<int, List> lists_;
};

}  // namespace aiva::documents
