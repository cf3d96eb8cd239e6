#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "capabilities/images/internal/images_table.h"

namespace aiva::images {

// The vectors that searches scan, kept in memory as long as their rows do not change, up to a
// number of bytes; those not used for longest go first. Any thread.
class VectorCache {
 public:
  using Pointer = std::shared_ptr<const VectorSet>;

  explicit VectorCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // The vectors as the session sees them, from memory or out of the rows.
  Result<Pointer> get(SqlSession& sql, KnowledgeBaseId base, const std::string& model,
                      std::size_t dimension);

 private:
  struct Entry {
    KnowledgeBaseId base{};
    std::string model;
    VectorSetState state;
    Pointer vectors;
    std::size_t bytes = 0;
  };

  Pointer find(KnowledgeBaseId base, const std::string& model, const VectorSetState& state);
  void keep(Entry entry);

  const std::size_t bytes_max_;
  std::mutex mutex_;
  std::list<Entry> entries_;  // the last used in front
  std::size_t bytes_ = 0;
};

}  // namespace aiva::images
