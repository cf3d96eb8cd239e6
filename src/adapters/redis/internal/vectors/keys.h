#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "foundation/ids.h"
#include "ports/passage_index.h"

namespace aiva::redis {

// Changes are numbered by the microsecond they began in; later ones are greater.
using Epoch = std::int64_t;

// A vector set of a knowledge base, and what is known of its rows.
struct VectorSet {
  std::string id{};
  std::string tag{};      // sets of one tag lie in one hash slot; empty: where the state lies
  std::int64_t rows = 0;  // it has at least so many
  std::int64_t dead = 0;  // of those, how many have gone from the knowledge base
  auto operator<=>(const VectorSet&) const = default;
};

// The names of all keys that one knowledge base has for the vectors of one model.
class VectorKeys {
 public:
  VectorKeys(const std::string& prefix, KnowledgeBaseId base, const PassageVectors& vectors);
  // Those of a model that is known by its mark only.
  VectorKeys(const std::string& prefix, KnowledgeBaseId base, std::string model_mark);

  [[nodiscard]] const std::string& model_mark() const { return mark_; }
  [[nodiscard]] VectorKeys of_model(std::string model_mark) const {
    auto keys = *this;
    keys.mark_ = std::move(model_mark);
    return keys;
  }
  // All in one hash slot.
  [[nodiscard]] std::string models() const { return in_slot("", "models"); }
  [[nodiscard]] std::string state() const { return in_slot("", mark_ + ":state"); }
  [[nodiscard]] std::string lease() const { return in_slot("", mark_ + ":lease"); }
  [[nodiscard]] std::string open_epochs() const { return in_slot("", mark_ + ":open"); }
  [[nodiscard]] std::string changed(Epoch epoch) const;
  [[nodiscard]] std::string made(Epoch epoch) const;
  // For each tag, all in one hash slot.
  [[nodiscard]] std::string fence(const std::string& tag) const {
    return in_slot(tag, mark_ + ":fence");
  }
  [[nodiscard]] std::string vectors(const VectorSet& set) const;
  [[nodiscard]] std::string names(const VectorSet& set) const;

 private:
  [[nodiscard]] std::string in_slot(const std::string& tag, const std::string& name) const;

  std::string prefix_;
  std::string base_;
  std::string mark_;
};

// The name of a row in its set: document, epoch, chunk; 40 bytes that sort in this order.
struct RowName {
  DocumentId document{};
  Epoch epoch = 0;
  ChunkId chunk{};
};
inline constexpr std::size_t row_name_bytes = 40;
std::string write_row_name(const RowName& name);
// Of another length: nothing.
std::optional<RowName> read_row_name(std::string_view name);

std::string write_uuid(const Uuid& uuid);  // 16 bytes
std::string write_epoch(Epoch epoch);      // 8 bytes that sort as numbers do

// What a filter sees of a row, as JSON.
std::string write_attributes(const IndexedPassage& passage, Epoch epoch);

}  // namespace aiva::redis
