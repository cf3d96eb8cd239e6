#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

namespace aiva::retrieval {

// The columns a segment may have. Numbers are part of the file format: never reuse one.
enum class SectionKind : std::uint32_t {
  // What the owner of the rows keeps of them.
  row_keys = 1,
  row_groups = 2,
  group_keys = 3,
  row_attributes = 4,
  segment_facts = 5,
  // Vectors.
  vector_facts = 32,
  vector_centre = 33,
  vector_codes = 34,
  vector_code_factors = 35,
  vector_bytes = 36,
  vector_byte_factors = 37,
  vector_halves = 38,
  vector_list_centres = 39,
  vector_list_bounds = 40,
  vector_list_rows = 41,
  vector_code_tails = 42,
  vector_spare_2 = 43,
  // Keywords.
  keyword_facts = 64,
  keyword_terms = 65,
  keyword_term_offsets = 66,
  keyword_posting_offsets = 67,
  keyword_postings = 68,
  keyword_positions = 69,
  keyword_lengths = 70,
  keyword_block_bounds = 71,
  keyword_row_languages = 72,
  keyword_term_keys = 73,
};

// Where a segment is written: on the heap, or straight into a mapped file.
class SectionSink {
 public:
  virtual ~SectionSink() = default;
  // Zeroed memory of this size, aligned to 64 bytes, that becomes the section. Each kind once. It
  // can be written until the sink is finished and stays where it is.
  virtual std::span<std::byte> reserve(SectionKind kind, std::size_t bytes) = 0;

  // The same for `count` values of a plain type.
  template <class T>
  std::span<T> reserve_values(SectionKind kind, std::size_t count) {
    static_assert(std::is_trivially_copyable_v<T>);
    auto bytes = reserve(kind, count * sizeof(T));
    return {reinterpret_cast<T*>(bytes.data()), count};
  }
};

// The sections of a finished segment. Whoever reads them trusts neither sizes nor contents: the
// file may be damaged in spite of its checksums' being right.
class SectionTable {
 public:
  void add(SectionKind kind, std::span<const std::byte> bytes) { sections_[kind] = bytes; }
  // Empty when the segment has no such section.
  [[nodiscard]] std::span<const std::byte> find(SectionKind kind) const {
    auto found = sections_.find(kind);
    return found == sections_.end() ? std::span<const std::byte>() : found->second;
  }
  // The section as values of a plain type; empty too when its size is no multiple of theirs.
  template <class T>
  [[nodiscard]] std::span<const T> values(SectionKind kind) const {
    static_assert(std::is_trivially_copyable_v<T>);
    auto bytes = find(kind);
    if (bytes.size() % sizeof(T) != 0) return {};
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
  [[nodiscard]] const std::map<SectionKind, std::span<const std::byte>>& all() const {
    return sections_;
  }

 private:
  std::map<SectionKind, std::span<const std::byte>> sections_;
};

// A segment on the heap; movable, its sections stay where they are.
class HeapSections final : public SectionSink {
 public:
  std::span<std::byte> reserve(SectionKind kind, std::size_t bytes) override;
  [[nodiscard]] const SectionTable& table() const { return table_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  struct Free {
    void operator()(std::byte* memory) const;
  };

  std::vector<std::unique_ptr<std::byte, Free>> memory_;
  SectionTable table_;
  std::size_t bytes_ = 0;
};

}  // namespace aiva::retrieval
