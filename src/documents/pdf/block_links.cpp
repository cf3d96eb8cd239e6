#include "documents/pdf/block_links.h"

#include <algorithm>
#include <array>

#include "documents/formats/table_blocks.h"

namespace aiva::documents {
namespace {

constexpr std::size_t links_max = 50;  // of one block
constexpr std::size_t address_bytes_max = 2050;
constexpr std::array<std::string_view, 3> schemes = {"http://", "https://", "mailto:"};

bool is_inside(const Box& inner, const Box& outer) {
  float x = (inner.left + inner.right) / 2;
  float y = (inner.top + inner.bottom) / 2;
  return outer.left <= x && x <= outer.right && outer.top <= y && y <= outer.bottom;
}

class BlockLinks {
 public:
  void add(std::string_view target) {
    if (found_.size() < links_max && std::ranges::find(found_, target) == found_.end())
      found_.emplace_back(target);
  }
  std::vector<std::string> take() { return std::move(found_); }

 private:
  std::vector<std::string> found_;
};

// The address without the marks of the sentence it stands in.
std::string_view trim_address(std::string_view address) {
  while (!address.empty() &&
         std::string_view(".,;:!?'\"])}").find(address.back()) != std::string_view::npos) {
    if (address.back() == ')' && address.contains('(')) break;
    address.remove_suffix(1);
  }
  return address;
}

void add_addresses(std::string_view text, BlockLinks& links) {
  for (std::size_t at = text.find(':'); at != std::string_view::npos; at = text.find(':', at + 1)) {
    for (auto scheme : schemes) {
      auto colon = scheme.find(':');
      if (at < colon || !text.substr(at - colon).starts_with(scheme)) continue;
      auto rest = text.substr(at - colon, address_bytes_max);
      auto end = std::ranges::find_if(rest, [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7F ||
               c == '<' || c == '>' || c == '"' || c == '|';
      });
      auto address = trim_address(rest.substr(0, static_cast<std::size_t>(end - rest.begin())));
      if (address.size() > scheme.size() + 2 && is_link_target(address)) links.add(address);
    }
  }
}

}  // namespace

std::vector<std::string> find_block_links(std::span<const Line> lines,
                                          std::span<const PlacedLink> links,
                                          std::string_view text) {
  BlockLinks found;
  for (const auto& link : links)
    if (std::ranges::any_of(lines, [&](const Line& line) { return is_inside(link.box, line.box); }))
      found.add(link.target);
  add_addresses(text, found);
  return found.take();
}

}  // namespace aiva::documents
