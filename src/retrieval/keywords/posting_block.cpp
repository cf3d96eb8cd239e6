#include "retrieval/keywords/posting_block.h"

#include <algorithm>
#include <cstring>

#include "retrieval/keywords/bit_packing.h"

namespace aiva::retrieval {
namespace {

using Lanes = std::uint32_t __attribute__((vector_size(16)));

constexpr std::size_t header_bytes = 4;
constexpr std::uint8_t less_one_flag = 0x80;

// Distances less one into rows, four at a time: numbers[i] becomes floor + i + the sum of all up
// to it.
void sum_distances(PostingBlock::Numbers& numbers, std::size_t count, std::uint32_t floor) {
  Lanes before = Lanes{} + (floor - 1);
  for (std::size_t i = 0; i < count; i += 4) {
    Lanes sums;
    std::memcpy(&sums, numbers.data() + i, sizeof sums);
    sums += 1;
    sums += __builtin_shufflevector(sums, Lanes{}, 4, 0, 1, 2);
    sums += __builtin_shufflevector(sums, Lanes{}, 4, 4, 0, 1);
    sums += before;
    before = __builtin_shufflevector(sums, sums, 3, 3, 3, 3);
    std::memcpy(numbers.data() + i, &sums, sizeof sums);
  }
}

struct Header {
  unsigned row_bits = 0;
  unsigned body_bits = 0;
  unsigned heading_bits = 0;
  unsigned title_bits = 0;
  bool is_body_less_one = false;

  static Header read(std::span<const std::byte> bytes) {
    auto body = std::to_integer<unsigned>(bytes[1]);
    return {.row_bits = std::to_integer<unsigned>(bytes[0]),
            .body_bits = body & ~unsigned{less_one_flag},
            .heading_bits = std::to_integer<unsigned>(bytes[2]),
            .title_bits = std::to_integer<unsigned>(bytes[3]),
            .is_body_less_one = (body & less_one_flag) != 0};
  }
  [[nodiscard]] bool is_sound() const {
    constexpr unsigned frequency_bits_max = 16;
    return row_bits <= packed_bits_max && body_bits <= frequency_bits_max &&
           heading_bits <= frequency_bits_max && title_bits <= frequency_bits_max;
  }
};

// Reads packs one behind the other.
class Packs {
 public:
  Packs(std::span<const std::byte> bytes, std::size_t count) : bytes_(bytes), count_(count) {}

  // False when the bytes end before the pack and its padding do.
  bool read(unsigned bits, PostingBlock::Numbers& numbers) {
    auto size = packed_bytes(count_, bits);
    if (size + pack_padding > bytes_.size()) return false;
    unpack_bits(bytes_.data(), bits, std::span(numbers).first(count_));
    bytes_ = bytes_.subspan(size);
    return true;
  }

 private:
  std::span<const std::byte> bytes_;
  std::size_t count_;
};

bool read_fields(const Header& header, Packs& packs, PostingBlock& block) {
  if (!packs.read(header.body_bits, block.body)) return false;
  if (header.is_body_less_one)
    for (auto& body : block.body) ++body;
  auto read = [&](unsigned bits, PostingBlock::Numbers& numbers, bool& has) {
    if (has && bits == 0) numbers.fill(0);
    has = bits > 0;
    return !has || packs.read(bits, numbers);
  };
  return read(header.heading_bits, block.heading, block.has_heading) &&
         read(header.title_bits, block.title, block.has_title);
}

}  // namespace

void pack_postings(const PostingBlock& block, std::uint32_t row_floor,
                   std::vector<std::byte>& out) {
  PostingBlock::Numbers distances;
  for (std::size_t i = 0; i < block.count; ++i) {
    distances[i] = block.rows[i] - row_floor;
    row_floor = block.rows[i] + 1;
  }
  auto body = block.body;
  auto body_end = body.begin() + static_cast<std::ptrdiff_t>(block.count);
  bool is_less_one = std::find(body.begin(), body_end, 0U) == body_end;
  if (is_less_one)
    for (auto& frequency : body) --frequency;
  auto used = [&](const PostingBlock::Numbers& numbers) {
    return std::span(numbers).first(block.count);
  };
  const std::array<std::span<const std::uint32_t>, header_bytes> packs = {
      used(distances), used(body), used(block.heading), used(block.title)};
  for (const auto& pack : packs) {
    auto bits = static_cast<std::uint8_t>(bits_needed(pack));
    if (is_less_one && pack.data() == body.data()) bits |= less_one_flag;
    out.push_back(std::byte{bits});
  }
  for (const auto& pack : packs) pack_bits(pack, bits_needed(pack), out);
}

bool unpack_postings(const keyword_format::PostingList& list, std::size_t number,
                     std::size_t row_count, PostingBlock& block) {
  block.count = 0;
  auto blocks = list.blocks();
  if (number >= blocks) return false;
  bool has_bounds = !list.bounds.empty();
  std::size_t offset = has_bounds ? list.bounds[number].postings : 0;
  if (offset > list.postings.size() || list.postings.size() - offset < header_bytes) return false;
  auto header = Header::read(list.postings.subspan(offset));
  if (!header.is_sound()) return false;
  std::uint32_t floor = number == 0 ? 0 : list.bounds[number - 1].row_last + 1;
  auto count = std::min(list.rows - number * keyword_format::postings_per_block,
                        keyword_format::postings_per_block);
  Packs packs(list.postings.subspan(offset + header_bytes), count);
  if (floor >= row_count || !packs.read(header.row_bits, block.rows) ||
      !read_fields(header, packs, block))
    return false;
  // Neither the floor nor any distance exceeds 24 bits, so that no sum of 128 overflows.
  sum_distances(block.rows, count, floor);
  auto last = block.rows[count - 1];
  if (last >= row_count || (has_bounds && last != list.bounds[number].row_last)) return false;
  block.count = count;
  return true;
}

}  // namespace aiva::retrieval
