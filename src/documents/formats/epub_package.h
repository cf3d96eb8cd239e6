#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "documents/archive/zip_reader.h"
#include "foundation/result.h"

namespace aiva::documents {

// One part of a book in reading order.
struct EpubChapter {
  std::string part;          // the name of its entry
  std::string title{};       // as the table of contents calls it; may be empty
  bool is_contents = false;  // the table of contents itself
};

struct EpubBook {
  std::string title{};
  std::string language{};  // ISO 639-1; empty where the book does not say
  std::vector<EpubChapter> chapters{};
};

// What a book says of itself (EPUB 2 and 3: container, package, navigation). Fails with `invalid`
// where it is damaged, or protected by digital rights management.
Result<EpubBook> read_epub_book(ZipReader& zip);

}  // namespace aiva::documents
