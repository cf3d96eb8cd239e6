#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/images/images.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::images {

// A vector on its way into a row.
struct ImageVector {
  std::string model{};
  std::vector<float> values{};
};

// The vectors of one model in a knowledge base, in the order of their images' ids.
struct VectorSet {
  std::vector<ImageId> ids{};
  std::vector<float> values{};  // ids.size() * dimension
  std::size_t dimension = 0;
};

// Tells whether a set of vectors has changed: ids ascend with time.
struct VectorSetState {
  std::int64_t count = 0;
  std::string last_id{};
  bool operator==(const VectorSetState&) const = default;
};

// Something that was looked for, for the log.
struct SearchRow {
  KnowledgeBaseId base{};
  std::string query{};
  std::string type{};
  std::size_t results = 0;
  double top_score = 0;
  double time_ms = 0;
  billing::MicroUsd base_cost = 0;
};

// The rows of images; lives inside one read or transaction.
class ImagesTable {
 public:
  explicit ImagesTable(SqlSession& sql) : sql_(sql) {}

  static std::string object_key(TenantId tenant, ImageId id);
  static std::string thumbnail_key(TenantId tenant, ImageId id);

  Result<void> insert(const Image& image, std::span<const ImageVector> vectors, UserId created_by);
  // Fails with `not_found`.
  Result<Image> get(TenantId tenant, ImageId id);
  // In this order, without those that are gone.
  Result<std::vector<Image>> get(TenantId tenant, std::span<const ImageId> ids);
  Result<knowledge::PageOf<Image>> list(TenantId tenant, KnowledgeBaseId base,
                                        const Images::ListFilter& filter);
  Result<ImageStatistics> statistics(TenantId tenant, KnowledgeBaseId base,
                                     const std::string& model);
  Result<std::int64_t> count(KnowledgeBaseId base);
  Result<bool> has_any(TenantId tenant, KnowledgeBaseId base);
  Result<void> remove(TenantId tenant, ImageId id);
  // An uploaded image of this content.
  Result<std::optional<ImageId>> find_content(TenantId tenant, KnowledgeBaseId base,
                                              const std::string& sha256);
  // The first image whose hash differs in at most so many bits.
  Result<std::optional<ImageId>> find_alike(TenantId tenant, KnowledgeBaseId base,
                                            std::uint64_t hash, int distance_max);
  // The figures of a document: content and id.
  Result<std::vector<std::pair<std::string, ImageId>>> figures(TenantId tenant,
                                                               DocumentId document);
  Result<void> set_page(TenantId tenant, ImageId id, int page);
  Result<bool> has_object(const std::string& key);

  Result<VectorSetState> vector_state(KnowledgeBaseId base, const std::string& model);
  // Rows of another dimension are left out.
  Result<VectorSet> vectors(KnowledgeBaseId base, const std::string& model, std::size_t dimension);
  // Empty when the image has none of this model.
  Result<std::vector<float>> vector(ImageId id, const std::string& model);

  Result<void> log_search(TenantId tenant, UserId user, const SearchRow& row, UnixMs now);
  // Of at most `count` of the oldest rows of all tenants those that are older; answers how many.
  Result<std::int64_t> remove_searches(UnixMs than, std::int64_t count);

 private:
  Result<std::int64_t> number(std::string_view sql, SqlSession::Parameters parameters);

  SqlSession& sql_;
};

}  // namespace aiva::images
