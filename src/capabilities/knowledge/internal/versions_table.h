#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "capabilities/knowledge/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::knowledge {

// A document that came from the same source as a file that is handed in.
struct SourceDocument {
  DocumentId id{};
  DocumentStatus status = DocumentStatus::queued;
  std::string object_key{};
  std::string content_sha256{};
  std::string next_object_key{};  // empty: no newer version is on its way
  std::string next_sha256{};
  int version = 1;
  int next_version = 0;
  bool is_served = false;
  bool has_pages_to_recognise = false;

  // Whether its newest content, served or not, has this hash.
  [[nodiscard]] bool is_latest(const std::string& sha256) const {
    return (next_object_key.empty() ? content_sha256 : next_sha256) == sha256;
  }
};

// Content that shall take a document's place.
struct NextVersion {
  int number = 0;
  std::string object_key{};
  std::string content_sha256{};
  std::int64_t size_bytes = 0;
};

// The versions of documents in their rows; lives inside one transaction.
class VersionsTable {
 public:
  explicit VersionsTable(SqlSession& sql) : sql_(sql) {}

  // What makes a file the same document as another: its URL, its place in an archive, or its name.
  static std::string source_of(const NewDocument& document);

  // Documents of one source, the newest first.
  Result<std::vector<SourceDocument>> of_source(TenantId tenant, KnowledgeBaseId base,
                                                const std::string& source);
  // Queues new content; what searches see stays until it has been read.
  Result<void> take_next(TenantId tenant, DocumentId id, const NextVersion& next, UnixMs now);
  // Gives up the content on its way, back to what searches see.
  Result<void> withdraw_next(TenantId tenant, DocumentId id, UnixMs now);
  // Ends the second reading of a document in work, back to what searches see; false: it is none.
  Result<bool> end_reread(TenantId tenant, DocumentId id, UnixMs now);
  // Names another file of the same content.
  Result<void> replace_file(TenantId tenant, DocumentId id, const std::string& object_key);
  Result<void> set_metadata(TenantId tenant, DocumentId id, const std::string& metadata,
                            UnixMs now);
  // Documents found in an archive.
  Result<std::vector<DocumentId>> children(TenantId tenant, DocumentId parent);

 private:
  SqlSession& sql_;
};

}  // namespace aiva::knowledge
