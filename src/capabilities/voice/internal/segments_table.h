#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "capabilities/voice/segments.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::voice {

// The rows of segments and of their texts.
class SegmentsTable {
 public:
  explicit SegmentsTable(SqlSession& sql) : sql_(sql) {}

  struct Size {
    std::int64_t segments = 0;
    std::int64_t bytes = 0;  // of texts
  };

  // Fails with `conflict` when the agent has a segment of that key.
  Result<void> insert(const Segment& segment);
  Result<std::optional<Segment>> find(TenantId tenant, AgentId agent, std::string_view key);
  // Fails with `not_found`.
  Result<Segment> get(TenantId tenant, AgentId agent, std::string_view key);
  Result<std::vector<Segment>> list(TenantId tenant, AgentId agent);
  Result<Size> size(TenantId tenant, AgentId agent);
  // Fails with `conflict` as insert does.
  Result<void> update(const Segment& segment);
  Result<void> remove(TenantId tenant, const Segment& segment);
  Result<void> remove_all(TenantId tenant, AgentId agent);

 private:
  Result<void> insert_contents(const Segment& segment);
  Result<void> remove_contents(TenantId tenant, SegmentId id);

  SqlSession& sql_;
};

}  // namespace aiva::voice
