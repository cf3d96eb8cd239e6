#include "retrieval/keywords/keyword_builder.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "foundation/result.h"
#include "retrieval/keywords/term_writer.h"
#include "retrieval/keywords/varint.h"

namespace aiva::retrieval {
namespace {

constexpr std::size_t chunk_bytes = 1U << 20U;
// Places in different fields are so far apart that no phrase reaches from one into the other.
constexpr std::uint32_t field_gap = 64;
constexpr std::uint32_t none = ~std::uint32_t{0};

using Bytes = std::vector<std::byte>;

// A term of the index and what is known of the row read last that has it.
struct TermFacts {
  std::uint64_t text = 0;  // offset of its text
  std::uint32_t hash = 0;
  std::uint16_t text_bytes = 0;
  std::uint32_t row = none;
  std::uint32_t slot = 0;   // its place among the terms of that row
  std::uint32_t bytes = 0;  // of its records; a segment has no more
};

// The different terms, numbered in the order in which they came.
class Vocabulary {
 public:
  std::uint32_t find_or_add(std::string_view text) {
    if ((terms_.size() + 1) * 2 > slots_.size()) grow();
    auto hash = static_cast<std::uint32_t>(std::hash<std::string_view>{}(text));
    auto slot = hash & (slots_.size() - 1);
    for (; slots_[slot] != none; slot = (slot + 1) & (slots_.size() - 1)) {
      const auto& term = terms_[slots_[slot]];
      if (term.hash == hash && this->text(slots_[slot]) == text) return slots_[slot];
    }
    auto id = static_cast<std::uint32_t>(terms_.size());
    slots_[slot] = id;
    terms_.push_back({.text = texts_.size(),
                      .hash = hash,
                      .text_bytes = static_cast<std::uint16_t>(text.size())});
    texts_ += text;
    return id;
  }
  TermFacts& operator[](std::uint32_t id) { return terms_[id]; }
  [[nodiscard]] std::string_view text(std::uint32_t id) const {
    return std::string_view(texts_).substr(terms_[id].text, terms_[id].text_bytes);
  }
  [[nodiscard]] std::vector<std::uint32_t> sorted() const {
    std::vector<std::uint32_t> ids(terms_.size());
    std::iota(ids.begin(), ids.end(), 0U);
    std::ranges::sort(ids, {}, [this](std::uint32_t id) { return text(id); });
    return ids;
  }
  [[nodiscard]] std::size_t bytes() const {
    return slots_.capacity() * sizeof slots_[0] + terms_.capacity() * sizeof terms_[0] +
           texts_.capacity();
  }

 private:
  void grow() {
    slots_.assign(std::max<std::size_t>(1024, slots_.size() * 2), none);
    for (std::uint32_t id = 0; id < terms_.size(); ++id) {
      auto slot = terms_[id].hash & (slots_.size() - 1);
      while (slots_[slot] != none) slot = (slot + 1) & (slots_.size() - 1);
      slots_[slot] = id;
    }
  }

  std::vector<std::uint32_t> slots_;
  std::vector<TermFacts> terms_;
  std::string texts_;
};

// A term in the row being read.
struct RowTerm {
  std::uint32_t id = 0;
  std::uint32_t first = none;  // its first place
  std::uint32_t last = none;
  std::array<std::uint32_t, 3> frequencies{};
};

struct Place {
  std::uint32_t position = 0;
  std::uint32_t next = none;
};

}  // namespace

// Records of rows are kept in the order of rows, each with its term and length before it:
// the row's distance from the term's row before, frequencies, positions. `finish` sorts them.
class KeywordBuilder::Parts {
 public:
  explicit Parts(Analyzer& analyzer) : analyzer_(&analyzer) {}

  void add(const KeywordText& text) {
    AIVA_ASSERT(rows_.lengths.size() < keyword_rows_max);
    row_ = static_cast<std::uint32_t>(rows_.lengths.size());
    row_terms_.clear();
    places_.clear();
    std::uint32_t floor = 0;
    std::uint32_t words = 0;
    std::array<std::string_view, 3> fields = {text.body, text.heading, text.title};
    for (std::size_t field = 0; field < fields.size(); ++field) {
      auto field_words = add_field(fields[field], text.language, field, floor);
      words += field_words;
      floor += field_words + field_gap;
    }
    rows_.lengths.push_back(static_cast<std::uint16_t>(std::min<std::uint32_t>(words, 0xFFFF)));
    rows_.languages.push_back(rows_.language_index(text.language));
    for (const auto& term : row_terms_) add_record(term);
  }

  [[nodiscard]] std::size_t rows() const { return rows_.lengths.size(); }
  [[nodiscard]] std::size_t bytes() const {
    auto bytes = vocabulary_.bytes() + rows_.lengths.capacity() * 2 + rows_.languages.capacity();
    for (const auto& chunk : chunks_) bytes += chunk.capacity();
    return bytes;
  }

  void finish(SectionSink& sink) {
    auto order = vocabulary_.sorted();
    auto records = sort_records(order);
    TermWriter writer(rows_);
    std::size_t at = 0;
    for (auto id : order) {
      auto size = vocabulary_[id].bytes;
      write_term(writer, vocabulary_.text(id), std::span(records).subspan(at, size));
      at += size;
    }
    records = {};
    writer.finish(sink);
    *this = Parts(*analyzer_);
  }

 private:
  // Returns how many words the field has.
  std::uint32_t add_field(std::string_view text, std::string_view language, std::size_t field,
                          std::uint32_t floor) {
    std::uint32_t words = 0;
    for (const auto& term : analyzer_->analyse(text, language)) {
      words = std::max(words, term.position + 1);
      auto& row_term = find_row_term(term.text);
      ++row_term.frequencies[field];
      if (term.kind == TermKind::stem) continue;
      auto place = static_cast<std::uint32_t>(places_.size());
      places_.push_back({.position = floor + term.position});
      (row_term.first == none ? row_term.first : places_[row_term.last].next) = place;
      row_term.last = place;
    }
    return words;
  }

  RowTerm& find_row_term(std::string_view text) {
    auto id = vocabulary_.find_or_add(text);
    auto& term = vocabulary_[id];
    if (row_terms_.size() <= term.slot || row_terms_[term.slot].id != id) {
      term.slot = static_cast<std::uint32_t>(row_terms_.size());
      row_terms_.push_back({.id = id});
    }
    return row_terms_[term.slot];
  }

  void add_record(const RowTerm& row_term) {
    auto& term = vocabulary_[row_term.id];
    record_.clear();
    append_varint(record_, term.row == none ? row_ : row_ - term.row);
    term.row = row_;
    auto [body, heading, title] = row_term.frequencies;
    bool has_more = heading > 0 || title > 0;
    append_varint(record_, body << 1U | std::uint32_t{has_more});
    if (has_more) {
      append_varint(record_, heading);
      append_varint(record_, title);
    }
    std::uint32_t before = 0;
    for (auto place = row_term.first; place != none; place = places_[place].next) {
      append_varint(record_, places_[place].position - before);
      before = places_[place].position;
    }
    term.bytes += static_cast<std::uint32_t>(record_.size());
    keep_record(row_term.id);
  }

  void keep_record(std::uint32_t id) {
    head_.clear();
    append_varint(head_, id);
    append_varint(head_, static_cast<std::uint32_t>(record_.size()));
    auto size = head_.size() + record_.size();
    if (chunks_.empty() || chunks_.back().capacity() - chunks_.back().size() < size)
      chunks_.emplace_back().reserve(std::max(size, chunk_bytes));
    chunks_.back().insert(chunks_.back().end(), head_.begin(), head_.end());
    chunks_.back().insert(chunks_.back().end(), record_.begin(), record_.end());
  }

  // The records of each term in turn, which empties the chunks.
  Bytes sort_records(std::span<const std::uint32_t> order) {
    std::vector<std::size_t> ends(order.size());
    std::size_t all = 0;
    for (auto id : order) {
      ends[id] = all;
      all += vocabulary_[id].bytes;
    }
    Bytes records(all);
    for (auto& chunk : chunks_) {
      for (std::size_t at = 0; at < chunk.size();) {
        std::uint32_t id = 0;
        std::uint32_t size = 0;
        AIVA_ASSERT(read_varint(chunk, at, id) && read_varint(chunk, at, size));
        std::memcpy(records.data() + ends[id], chunk.data() + at, size);
        ends[id] += size;
        at += size;
      }
      chunk = {};
    }
    chunks_.clear();
    return records;
  }

  static void write_term(TermWriter& writer, std::string_view text,
                         std::span<const std::byte> records) {
    writer.begin_term(text);
    bool has_positions = !text.starts_with(stem_mark);
    Posting posting;
    for (std::size_t at = 0; at < records.size();) {
      auto number = [&] {
        std::uint32_t value = 0;
        AIVA_ASSERT(read_varint(records, at, value));
        return value;
      };
      posting.row += number();
      auto body = number();
      posting.body = body >> 1U;
      bool has_more = (body & 1U) != 0;
      posting.heading = has_more ? number() : 0;
      posting.title = has_more ? number() : 0;
      auto begin = at;
      if (has_positions)
        for (auto left = posting.body + posting.heading + posting.title; left > 0; --left) number();
      posting.positions = records.subspan(begin, at - begin);
      writer.add(posting);
    }
    writer.end_term();
  }

  Analyzer* analyzer_;
  RowFacts rows_;
  Vocabulary vocabulary_;
  std::vector<Bytes> chunks_;

  std::uint32_t row_ = 0;
  std::vector<RowTerm> row_terms_;
  std::vector<Place> places_;
  Bytes record_;
  Bytes head_;
};

KeywordBuilder::KeywordBuilder(Analyzer& analyzer) : parts_(std::make_unique<Parts>(analyzer)) {}
KeywordBuilder::~KeywordBuilder() = default;
KeywordBuilder::KeywordBuilder(KeywordBuilder&& other) noexcept = default;
KeywordBuilder& KeywordBuilder::operator=(KeywordBuilder&& other) noexcept = default;

void KeywordBuilder::add(const KeywordText& text) { parts_->add(text); }
std::size_t KeywordBuilder::rows() const { return parts_->rows(); }
std::size_t KeywordBuilder::bytes() const { return parts_->bytes(); }
void KeywordBuilder::finish(SectionSink& sink) { parts_->finish(sink); }

}  // namespace aiva::retrieval
