#include "documents/pictures/heif_header.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "documents/pictures/byte_cursor.h"
#include "documents/pictures/hevc_size.h"

namespace aiva::documents {
namespace {

constexpr std::size_t brands_max = 32;
constexpr std::size_t items_max = 20'000;       // as libheif has it
constexpr std::size_t references_max = 65'536;  // a grid has no more than 256 rows and columns

std::unexpected<Error> refuse_damage() {
  return fail(ErrorCode::invalid, "The image is damaged and cannot be opened");
}

std::unexpected<Error> refuse_structure() {
  return fail(ErrorCode::invalid,
              "The image is put together in a way that cannot be read; make a JPEG of it");
}

struct Box {
  std::string_view type{};
  std::string_view content{};
};

// The next box, cut off where its surroundings end. Nothing behind the last one.
std::optional<Box> take_box(ByteCursor& cursor) {
  if (cursor.left() < 8) return std::nullopt;
  std::uint64_t size = cursor.u32();
  Box box{.type = cursor.take(4)};
  std::uint64_t header = 8;
  if (size == 1) {
    size = cursor.number(8);
    header = 16;
  }
  if (cursor.is_overrun() || (size != 0 && size < header)) return std::nullopt;
  auto rest = static_cast<std::uint64_t>(cursor.left());
  box.content = cursor.take(size == 0 ? cursor.left() : std::min(rest, size - header));
  return box;
}

std::optional<Box> find_box(std::string_view boxes, std::string_view type) {
  ByteCursor cursor(boxes);
  while (auto box = take_box(cursor))
    if (box->type == type) return box;
  return std::nullopt;
}

// Of two, readers take the first or the last one.
std::optional<Box> find_only_meta(std::string_view bytes) {
  std::optional<Box> found;
  ByteCursor cursor(bytes);
  while (auto box = take_box(cursor)) {
    if (box->type != "meta") continue;
    if (found) return std::nullopt;
    found = box;
  }
  return found;
}

struct VersionAndFlags {
  std::uint32_t version = 0;
  std::uint32_t flags = 0;
};
VersionAndFlags take_version(ByteCursor& cursor) {
  auto version = cursor.u8();
  return {.version = version, .flags = static_cast<std::uint32_t>(cursor.number(3))};
}

using Id = std::uint32_t;

struct Property {
  CodedSize size{};
  bool is_transparency = false;
};

struct Item {
  std::string_view type{};
  CodedSize size{};  // the larger of what the file and its stream say
  bool is_transparency = false;
  std::vector<Id> parts{};      // what it is derived from
  std::vector<Id> auxiliary{};  // pictures that belong to it
};
using Items = std::map<Id, Item>;

bool is_coded(const Item& item) { return item.type == "hvc1" || item.type == "av01"; }

// What is listed twice one reader would take for this and another one for that.
Result<Items> read_items(std::string_view content) {
  ByteCursor cursor(content);
  cursor.take(take_version(cursor).version == 0 ? 2 : 4);  // how many there are
  Items items;
  while (auto box = take_box(cursor)) {
    if (box->type != "infe") continue;
    ByteCursor entry(box->content);
    auto version = take_version(entry).version;
    if (version < 2) continue;  // these name no type
    Id id = version == 2 ? entry.u16() : entry.u32();
    entry.take(2);
    auto type = entry.take(4);
    bool is_sound = version <= 3 && !entry.is_overrun() && items.size() < items_max;
    if (!is_sound || !items.try_emplace(id, Item{.type = type}).second) return refuse_damage();
  }
  return items;
}

bool read_references(std::string_view content, Items& items) {
  ByteCursor cursor(content);
  std::size_t id_bytes = take_version(cursor).version == 0 ? 2 : 4;
  std::size_t count = 0;
  while (auto box = take_box(cursor)) {
    bool is_part = box->type == "dimg";
    if (!is_part && box->type != "auxl") continue;
    ByteCursor entry(box->content);
    auto from = static_cast<Id>(entry.number(id_bytes));
    for (auto left = entry.u16(); left > 0 && !entry.is_overrun(); --left) {
      auto to = static_cast<Id>(entry.number(id_bytes));
      if (++count > references_max) return false;
      auto item = items.find(is_part ? from : to);
      if (item == items.end()) continue;
      (is_part ? item->second.parts : item->second.auxiliary).push_back(is_part ? to : from);
    }
  }
  return true;
}

CodedSize larger(const CodedSize& a, const CodedSize& b) {
  return {.width = std::max(a.width, b.width), .height = std::max(a.height, b.height)};
}

// hvcC, ISO/IEC 14496-15 8.3.3: the parameter sets of a stream.
CodedSize read_stream_size(std::string_view content) {
  constexpr std::size_t before_arrays = 22;
  ByteCursor cursor(content);
  cursor.take(before_arrays);
  CodedSize size;
  for (auto arrays = cursor.u8(); arrays > 0 && !cursor.is_overrun(); --arrays) {
    cursor.take(1);
    for (auto units = cursor.u16(); units > 0 && !cursor.is_overrun(); --units)
      if (auto said = read_sequence_size(cursor.take(cursor.u16()))) size = larger(size, *said);
  }
  return size;
}

Property read_property(const Box& box) {
  if (box.type == "hvcC") return {.size = read_stream_size(box.content)};
  // urn:mpeg:hevc:2015:auxid:1 or urn:mpeg:mpegB:cicp:systems:auxiliary:alpha
  if (box.type == "auxC")
    return {.is_transparency = box.content.contains("auxid:1") || box.content.contains("alpha")};
  if (box.type != "ispe") return {};
  ByteCursor cursor(box.content);
  take_version(cursor);
  auto width = cursor.u32();
  return {.size = {.width = width, .height = cursor.u32()}};
}

std::vector<Property> read_properties(std::string_view content) {
  std::vector<Property> properties = {{}};  // they are counted from one
  ByteCursor cursor(content);
  while (auto box = take_box(cursor)) properties.push_back(read_property(*box));
  return properties;
}

void associate(std::string_view content, const std::vector<Property>& properties, Items& items) {
  ByteCursor cursor(content);
  auto [version, flags] = take_version(cursor);
  for (auto entries = cursor.u32(); entries > 0 && !cursor.is_overrun(); --entries) {
    Id id = version == 0 ? cursor.u16() : cursor.u32();
    auto item = items.find(id);
    for (auto count = cursor.u8(); count > 0 && !cursor.is_overrun(); --count) {
      auto index = (flags & 1) != 0 ? cursor.u16() & 0x7FFF : cursor.u8() & 0x7F;
      if (item == items.end() || index >= properties.size()) continue;
      item->second.size = larger(item->second.size, properties[index].size);
      item->second.is_transparency |= properties[index].is_transparency;
    }
  }
}

void read_all_properties(std::string_view content, Items& items) {
  auto container = find_box(content, "ipco");
  if (!container) return;
  auto properties = read_properties(container->content);
  ByteCursor cursor(content);
  while (auto box = take_box(cursor))
    if (box->type == "ipma") associate(box->content, properties, items);
}

std::optional<Id> read_primary(std::string_view meta) {
  auto box = find_box(meta, "pitm");
  if (!box) return std::nullopt;
  ByteCursor cursor(box->content);
  Id id = take_version(cursor).version == 0 ? cursor.u16() : cursor.u32();
  if (cursor.is_overrun()) return std::nullopt;
  return id;
}

// Adds up what a picture is made of.
class Account {
 public:
  explicit Account(const Items& items) : items_(items) {}

  [[nodiscard]] const HeifHeader& header() const { return header_; }

  Result<void> add_primary(Id id) {
    auto primary = items_.find(id);
    if (primary == items_.end()) return refuse_damage();
    TRY_VOID(add(primary->second));
    header_.width = primary->second.size.width;
    header_.height = primary->second.size.height;
    // Of other pictures that belong to it, depths for example, none is decoded.
    for (const auto* transparency : transparencies(primary->second)) {
      if (!transparencies(*transparency).empty()) return refuse_structure();
      TRY_VOID(add(*transparency));
    }
    return {};
  }

 private:
  Result<void> add(const Item& item) {
    if (is_coded(item)) return add_coded(item);
    if ((item.type != "grid" && item.type != "iden") || item.parts.empty())
      return refuse_structure();
    note_size(item.size);
    for (Id id : item.parts) {
      auto part = items_.find(id);
      if (part == items_.end()) return refuse_damage();
      if (!is_coded(part->second) || !transparencies(part->second).empty())
        return refuse_structure();
      TRY_VOID(add_coded(part->second));
    }
    return {};
  }

  [[nodiscard]] std::vector<const Item*> transparencies(const Item& item) const {
    std::vector<const Item*> found;
    for (Id id : item.auxiliary)
      if (auto other = items_.find(id); other != items_.end() && other->second.is_transparency)
        found.push_back(&other->second);
    return found;
  }

  Result<void> add_coded(const Item& item) {
    if (item.size.width <= 0 || item.size.height <= 0) return refuse_damage();
    if (item.type == "av01") header_.coding = HeifHeader::Coding::av1;
    note_size(item.size);
    header_.all_pixels += pixels(item.size);
    return {};
  }

  void note_size(const CodedSize& size) {
    header_.longest_side = std::max({header_.longest_side, size.width, size.height});
    header_.largest_pixels = std::max(header_.largest_pixels, pixels(size));
  }

  // Sides have 32 bits; more than this is too large in any case, and adding it up never overflows.
  static std::int64_t pixels(const CodedSize& size) {
    constexpr std::int64_t most = std::int64_t{1} << 40;
    return size.height > 0 && size.width > most / size.height ? most : size.width * size.height;
  }

  const Items& items_;
  HeifHeader header_{};
};

}  // namespace

bool is_heif(std::string_view bytes) {
  constexpr std::array<std::string_view, 10> known = {"heic", "heix", "heim", "heis", "hevc",
                                                      "mif1", "mif2", "msf1", "avif", "avis"};
  ByteCursor cursor(bytes);
  auto box = take_box(cursor);
  if (!box || box->type != "ftyp") return false;
  ByteCursor brands(box->content);
  for (std::size_t i = 0; i < brands_max && brands.left() >= 4; ++i) {
    auto brand = brands.take(4);
    bool is_version = i == 1;
    if (!is_version && std::ranges::find(known, brand) != known.end()) return true;
  }
  return false;
}

Result<HeifHeader> read_heif_header(std::string_view bytes) {
  auto meta = find_only_meta(bytes);
  if (!meta || meta->content.size() < 4) return refuse_damage();
  auto boxes = meta->content.substr(4);  // version and flags
  auto list = find_box(boxes, "iinf");
  auto properties = find_box(boxes, "iprp");
  auto primary = read_primary(boxes);
  if (!list || !properties || !primary) return refuse_damage();
  TRY(auto items, read_items(list->content));
  if (auto references = find_box(boxes, "iref"))
    if (!read_references(references->content, items)) return refuse_structure();
  read_all_properties(properties->content, items);
  Account account(items);
  TRY_VOID(account.add_primary(*primary));
  if (account.header().width <= 0 || account.header().height <= 0) return refuse_damage();
  return account.header();
}

std::string_view media_type(HeifHeader::Coding coding) {
  switch (coding) {
    case HeifHeader::Coding::hevc: return "image/heic";
    case HeifHeader::Coding::av1: return "image/avif";
  }
  return "application/octet-stream";
}

}  // namespace aiva::documents
