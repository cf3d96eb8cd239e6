#include "documents/formats/epub_package.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "documents/archive/part_names.h"
#include "documents/clean_text.h"
#include "documents/xml/xml_reader.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr std::size_t items_max = 20000;
constexpr std::size_t title_bytes_max = 300;
constexpr std::string_view container_part = "META-INF/container.xml";
constexpr std::string_view encryption_part = "META-INF/encryption.xml";
constexpr std::string_view xhtml_type = "application/xhtml+xml";

struct Item {
  std::string part;
  std::string media_type;
  bool is_contents = false;
};

struct Package {
  std::map<std::string, Item, std::less<>> items;
  std::vector<std::string> spine;  // ids of items
  std::string ncx_id;
  EpubBook book;
};

using Titles = std::map<std::string, std::string, std::less<>>;  // by part

Result<std::string> read_part(ZipReader& zip, std::string_view part) {
  TRY(auto bytes, zip.read(part, xml_bytes_max));
  return decode_xml(std::move(bytes));
}

Result<std::string> find_package_part(ZipReader& zip) {
  TRY(auto text, read_part(zip, container_part));
  XmlReader xml(text, {.skips_doctype = true});
  std::string part;
  std::function<Result<void>(std::string_view)> visit = [&](std::string_view name) -> Result<void> {
    if (name == "rootfile" && part.empty())
      part = resolve_part_name("", xml.attribute("full-path"));
    return xml.for_each_child(visit);
  };
  TRY_VOID(xml.for_each_child(visit));
  if (part.empty()) return fail(ErrorCode::invalid, "The book is damaged: its package is missing");
  return part;
}

Result<void> read_metadata(XmlReader& xml, EpubBook& book) {
  return xml.for_each_child([&](std::string_view name) -> Result<void> {
    if (name != "title" && name != "language") return {};
    TRY(auto text, xml.read_text());
    auto clean = clean_flowing_text(unwrap_lines(text));
    if (name == "title" && book.title.empty()) book.title = utf8_prefix(clean, title_bytes_max);
    // "en-GB" is "en"; three letters name languages without a short code.
    auto code = to_lower_ascii(clean.substr(0, clean.find_first_of("-_")));
    bool is_short = code.size() == 2 &&
                    code.find_first_not_of("abcdefghijklmnopqrstuvwxyz") == std::string::npos;
    if (name == "language" && book.language.empty() && is_short) book.language = code;
    return {};
  });
}

Result<void> read_manifest(XmlReader& xml, std::string_view base, Package& package) {
  return xml.for_each_child([&](std::string_view name) -> Result<void> {
    if (name != "item" || package.items.size() >= items_max) return {};
    auto properties = xml.attribute("properties");
    package.items[std::string(xml.attribute("id"))] = {
        .part = resolve_part_name(base, xml.attribute("href")),
        .media_type = std::string(xml.attribute("media-type").substr(0, 100)),
        .is_contents = properties == "nav" || properties.starts_with("nav ") ||
                       properties.ends_with(" nav") || properties.contains(" nav ")};
    return {};
  });
}

Result<Package> read_package(ZipReader& zip, const std::string& part) {
  TRY(auto text, read_part(zip, part));
  Package package;
  XmlReader xml(text, {.skips_doctype = true});
  TRY_VOID(xml.for_each_child([&](std::string_view) -> Result<void> {
    return xml.for_each_child([&](std::string_view name) -> Result<void> {
      if (name == "metadata") return read_metadata(xml, package.book);
      if (name == "manifest") return read_manifest(xml, part, package);
      if (name != "spine") return {};
      package.ncx_id = xml.attribute("toc");
      return xml.for_each_child([&](std::string_view) -> Result<void> {
        if (package.spine.size() < items_max) package.spine.emplace_back(xml.attribute("idref"));
        return {};
      });
    });
  }));
  return package;
}

// EPUB 2: navPoint with a label and the file it points to.
Result<void> read_ncx(XmlReader& xml, std::string_view base, Titles& titles) {
  std::string label;
  return xml.for_each_child([&](std::string_view name) -> Result<void> {
    if (name == "navLabel") {
      TRY(label, xml.read_text());
      return {};
    }
    if (name == "content") {
      auto part = resolve_part_name(base, xml.attribute("src"));
      auto title = clean_flowing_text(unwrap_lines(label));
      if (!title.empty()) titles.try_emplace(std::move(part), utf8_prefix(title, title_bytes_max));
      return {};
    }
    return read_ncx(xml, base, titles);
  });
}

// EPUB 3: links in the page of contents.
Result<void> read_navigation(XmlReader& xml, std::string_view base, Titles& titles) {
  return xml.for_each_child([&](std::string_view name) -> Result<void> {
    if (name != "a") return read_navigation(xml, base, titles);
    auto part = resolve_part_name(base, xml.attribute("href"));
    TRY(auto label, xml.read_text());
    auto title = clean_flowing_text(unwrap_lines(label));
    if (!title.empty()) titles.try_emplace(std::move(part), utf8_prefix(title, title_bytes_max));
    return {};
  });
}

// The first title that the contents give to each file; what is damaged is left out.
Titles read_titles(ZipReader& zip, const Package& package) {
  Titles titles;
  for (const auto& [id, item] : package.items) {
    if (id != package.ncx_id && !item.is_contents) continue;
    auto text = read_part(zip, item.part);
    if (!text) continue;
    XmlReader xml(*text, {.skips_doctype = true});
    std::ignore = item.is_contents ? read_navigation(xml, item.part, titles)
                                   : read_ncx(xml, item.part, titles);
  }
  return titles;
}

// Fonts may be scrambled without the book being protected.
bool is_for_fonts(std::string_view algorithm) {
  return algorithm == "http://www.idpf.org/2008/embedding" ||
         algorithm == "http://ns.adobe.com/pdf/enc#RC";
}

// Whether the text of a chapter is encrypted.
bool is_protected(ZipReader& zip, const Package& package) {
  auto text = zip.find(encryption_part) != nullptr ? read_part(zip, encryption_part)
                                                   : Result<std::string>(std::string());
  if (!text || text->empty()) return !text;
  std::vector<std::string> encrypted;
  std::string algorithm;
  XmlReader xml(*text);
  std::function<Result<void>(std::string_view)> visit = [&](std::string_view name) -> Result<void> {
    if (name == "EncryptionMethod") algorithm = xml.attribute("Algorithm").substr(0, 200);
    if (name == "CipherReference" && !is_for_fonts(algorithm) && encrypted.size() < items_max)
      encrypted.push_back(resolve_part_name("", xml.attribute("URI")));
    return xml.for_each_child(visit);
  };
  std::ignore = xml.for_each_child(visit);
  std::ranges::sort(encrypted);
  return std::ranges::any_of(package.spine, [&](const auto& id) {
    auto item = package.items.find(id);
    return item != package.items.end() && std::ranges::binary_search(encrypted, item->second.part);
  });
}

}  // namespace

Result<EpubBook> read_epub_book(ZipReader& zip) {
  TRY(auto part, find_package_part(zip));
  TRY(auto package, read_package(zip, part));
  if (is_protected(zip, package))
    return fail(ErrorCode::invalid, "The book is protected by digital rights management (DRM)");
  const auto titles = read_titles(zip, package);
  auto book = std::move(package.book);
  std::set<std::string_view> seen;
  for (const auto& id : package.spine) {
    auto item = package.items.find(id);
    if (item == package.items.end()) continue;
    const auto& [name, found] = *item;
    if (!seen.insert(found.part).second) continue;  // a book shows each file once
    if (found.media_type != xhtml_type && found.media_type != "text/html") continue;
    auto title = titles.find(found.part);
    book.chapters.push_back({.part = found.part,
                             .title = title != titles.end() ? title->second : std::string(),
                             .is_contents = found.is_contents});
  }
  if (book.chapters.empty()) return fail(ErrorCode::invalid, "The book has no chapters");
  return book;
}

}  // namespace aiva::documents
