#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/agents/active_agents.h"
#include "capabilities/identity/audit_log.h"
#include "capabilities/voice/segment_text.h"
#include "foundation/call_context.h"
#include "foundation/ids.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"

namespace aiva::voice {

using SegmentId = Id<struct SegmentTag>;

// A text that an agent's calls need again and again, in several languages.
struct Segment {
  SegmentId id{};
  TenantId tenant{};
  AgentId agent{};
  std::string key{};            // [a-z0-9][a-z0-9_.-]{0,63}, unique in the agent
  std::string kind = "prompt";  // greeting | prompt | confirmation | error | closing | other
  std::string description{};    // at most 2000 bytes
  Contents contents{};          // at most 40 languages, each 1 to 4000 bytes
  UnixMs created_at = 0;
  UnixMs updated_at = 0;
};

struct SegmentFilter {
  std::string kind{};      // empty: all
  std::string language{};  // only those that have this one; empty: all
};

// A segment's text in one language.
struct SegmentText {
  std::string key{};
  std::string kind{};
  std::string language{};  // of the text, which may be another than was asked for
  std::string text{};
};

// Adds or changes the segment of a key.
struct SegmentPut {
  std::string key{};
  std::function<Result<void>(Segment&)> change{};  // may be called again
};

struct SegmentPutCounts {
  std::int64_t created = 0;
  std::int64_t updated = 0;
  std::int64_t unchanged = 0;
};

// Which of an agent's segments a language has.
struct LanguageCoverage {
  std::string language{};
  std::vector<std::string> missing{};  // keys, in order
  std::int64_t present = 0;
};

// The texts of agents' calls. Only rows of `context.tenant` are seen; anything else is `not_found`.
// Changes are written into the audit log in the same transaction. Texts of an agent may have 4 MB
// together.
class Segments {
 public:
  // Changes a segment inside of a transaction; may be called again. Its ids do not change.
  using Change = std::function<Result<void>(Segment&)>;

  virtual ~Segments() = default;
  // Fails with `invalid`, `not_found` for the agent, `conflict` when the key is taken,
  // `quota_exceeded` beyond 500 of an agent or its 4 MB.
  virtual Task<Result<Segment>> create(CallContext context, identity::Caller caller,
                                       Segment segment) = 0;
  virtual Task<Result<Segment>> get(CallContext context, AgentId agent, std::string key) = 0;
  // By key.
  virtual Task<Result<std::vector<Segment>>> list(CallContext context, AgentId agent,
                                                  SegmentFilter filter) = 0;
  // Fails as create does.
  virtual Task<Result<Segment>> change(CallContext context, identity::Caller caller, AgentId agent,
                                       std::string key, Change change) = 0;
  virtual Task<Result<void>> remove(CallContext context, identity::Caller caller, AgentId agent,
                                    std::string key) = 0;
  // All of them or none. Fails as create does, naming the segment by its place.
  virtual Task<Result<SegmentPutCounts>> put_all(CallContext context, identity::Caller caller,
                                                 AgentId agent, std::vector<SegmentPut> puts) = 0;
  // What is said in a language, or in the one that comes closest, or in the agent's. Fails with
  // `not_found` when there is none of them.
  virtual Task<Result<SegmentText>> text(CallContext context, AgentId agent, std::string key,
                                         std::string language) = 0;
  // Of these languages; of none: of all that the agent's segments have, and of its own.
  virtual Task<Result<std::vector<LanguageCoverage>>> coverage(
      CallContext context, AgentId agent, std::vector<std::string> languages) = 0;
};

struct SegmentParts {
  Database& database;
  agents::ActiveAgents& agents;
  identity::AuditLog& audit_log;
  const Clock& clock;
};

std::unique_ptr<Segments> make_segments(SegmentParts parts);

// Which segments each language lacks, by language.
std::vector<LanguageCoverage> coverage_of(const std::vector<Segment>& segments,
                                          std::vector<std::string> languages);

// A language tag as it is kept. Fails with `invalid` naming the field.
Result<std::string> read_language(std::string_view field, std::string_view tag);

// Takes an agent's segments away with it, inside the transaction that deletes it.
Result<void> remove_segments_of(SqlSession& sql, TenantId tenant, AgentId agent);

}  // namespace aiva::voice
