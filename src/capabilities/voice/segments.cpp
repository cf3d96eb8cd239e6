#include "capabilities/voice/segments.h"

#include <algorithm>
#include <set>
#include <utility>

#include "capabilities/voice/internal/call_checks.h"
#include "capabilities/voice/internal/row_change.h"
#include "capabilities/voice/internal/segments_table.h"
#include "foundation/json.h"
#include "foundation/text/language_tag.h"

namespace aiva::voice {
namespace {

constexpr std::int64_t segments_max = 500;
constexpr std::int64_t bytes_max = 4LL * 1024 * 1024;
constexpr std::size_t languages_max = 40;
constexpr std::size_t key_bytes_max = 64;
constexpr std::size_t content_bytes_max = 4000;

bool is_key(std::string_view key) {
  auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !key.empty() && key.size() <= key_bytes_max && is_plain(key.front()) &&
         std::ranges::all_of(
             key, [&](char c) { return is_plain(c) || c == '_' || c == '-' || c == '.'; });
}

// Paths of the API stand beside keys.
bool is_reserved(std::string_view key) {
  return key == "coverage" || key == "missing" || key == "bulk";
}

void check_kind(FieldChecks& checks, std::string_view kind) {
  checks.word("kind", kind, {"greeting", "prompt", "confirmation", "error", "closing", "other"});
}

// Also writes the languages in their one form.
Result<void> check_segment(Segment& segment) {
  FieldChecks checks;
  if (!is_key(segment.key))
    checks.add("key", "must be 1 to 64 of a-z, 0-9, _, - and ., and begin with a letter or digit");
  if (is_reserved(segment.key)) checks.add("key", "may not be coverage, missing or bulk");
  check_kind(checks, segment.kind);
  checks.prose("description", segment.description, 2000);
  if (segment.contents.size() > languages_max) checks.add("contents", "may have 40 languages");
  Contents contents;
  for (auto& [language, text] : segment.contents) {
    auto field = "contents." + language;
    auto tag = normalise_language_tag(language);
    if (!is_language_tag(language))
      checks.add("contents", "must be under language tags like en or pt-BR (BCP 47)");
    else if (contents.contains(tag))
      checks.add(field, "is there twice");
    if (text.empty()) checks.add(field, "is needed");
    checks.prose(field, text, content_bytes_max);
    contents.emplace(std::move(tag), text);
  }
  TRY_VOID(checks.finish());
  segment.contents = std::move(contents);
  return {};
}

Error with_place(Error error, std::size_t place) {
  for (auto& detail : error.details)
    detail.field = "segments[" + std::to_string(place) + "]." + detail.field;
  return error;
}

bool has_same_words(const Segment& one, const Segment& other) {
  return one.key == other.key && one.kind == other.kind && one.description == other.description &&
         one.contents == other.contents;
}

class RowSegments final : public Segments {
 public:
  explicit RowSegments(SegmentParts parts) : parts_(parts) {}

  Task<Result<Segment>> create(CallContext context, identity::Caller caller,
                               Segment segment) override;
  Task<Result<Segment>> get(CallContext context, AgentId agent, std::string key) override;
  Task<Result<std::vector<Segment>>> list(CallContext context, AgentId agent,
                                          SegmentFilter filter) override;
  Task<Result<Segment>> change(CallContext context, identity::Caller caller, AgentId agent,
                               std::string key, Change change) override;
  Task<Result<void>> remove(CallContext context, identity::Caller caller, AgentId agent,
                            std::string key) override;
  Task<Result<SegmentPutCounts>> put_all(CallContext context, identity::Caller caller,
                                         AgentId agent, std::vector<SegmentPut> puts) override;
  Task<Result<SegmentText>> text(CallContext context, AgentId agent, std::string key,
                                 std::string language) override;
  Task<Result<std::vector<LanguageCoverage>>> coverage(CallContext context, AgentId agent,
                                                       std::vector<std::string> languages) override;

 private:
  Result<void> audit(SqlSession& sql, const identity::Caller& caller, std::string action,
                     const Segment& segment);
  Result<void> audit(SqlSession& sql, const identity::Caller& caller, AgentId agent,
                     const SegmentPutCounts& counts);
  // Fails with `quota_exceeded` when the agent has too much by now.
  static Result<void> check_size(SegmentsTable& table, TenantId tenant, AgentId agent);
  // Adds, changes or leaves one alone, and counts it.
  Result<void> put(SegmentsTable& table, const Segment& fresh, const SegmentPut& wanted,
                   SegmentPutCounts& counts);

  SegmentParts parts_;
};

Result<void> RowSegments::audit(SqlSession& sql, const identity::Caller& caller, std::string action,
                                const Segment& segment) {
  json::Object details{{"key", segment.key}, {"agent_id", segment.agent.to_string()}};
  return parts_.audit_log.append(sql, caller,
                                 {.tenant = segment.tenant,
                                  .action = std::move(action),
                                  .resource_type = "segment",
                                  .resource_id = segment.id.to_string(),
                                  .details = json::to_text(details)});
}

Result<void> RowSegments::audit(SqlSession& sql, const identity::Caller& caller, AgentId agent,
                                const SegmentPutCounts& counts) {
  json::Object details{{"created", counts.created}, {"updated", counts.updated}};
  return parts_.audit_log.append(sql, caller,
                                 {.action = "segment.bulk_updated",
                                  .resource_type = "agent",
                                  .resource_id = agent.to_string(),
                                  .details = json::to_text(details)});
}

Result<void> RowSegments::check_size(SegmentsTable& table, TenantId tenant, AgentId agent) {
  TRY(auto size, table.size(tenant, agent));
  if (size.segments > segments_max)
    return fail(ErrorCode::quota_exceeded, "An agent may have at most 500 segments");
  if (size.bytes > bytes_max)
    return fail(ErrorCode::quota_exceeded, "The segments of an agent may have at most 4 MB");
  return {};
}

Task<Result<Segment>> RowSegments::create(CallContext context, identity::Caller caller,
                                          Segment segment) {
  auto finding = parts_.agents.draft(context, segment.agent);
  CO_TRY_VOID(co_await std::move(finding));
  CO_TRY_VOID(check_segment(segment));
  segment.id = SegmentId::make();
  segment.tenant = context.tenant;
  segment.created_at = parts_.clock.unix_ms();
  segment.updated_at = segment.created_at;
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    SegmentsTable table(sql);
    TRY_VOID(table.insert(segment));
    TRY_VOID(check_size(table, context.tenant, segment.agent));
    return audit(sql, caller, "segment.created", segment);
  });
  CO_TRY_VOID(co_await std::move(writing));
  co_return segment;
}

Task<Result<Segment>> RowSegments::get(CallContext context, AgentId agent, std::string key) {
  auto reading = read(parts_.database, context, [&](SqlSession& sql) {
    return SegmentsTable(sql).get(context.tenant, agent, key);
  });
  auto segment = co_await std::move(reading);
  co_return segment;
}

Task<Result<std::vector<Segment>>> RowSegments::list(CallContext context, AgentId agent,
                                                     SegmentFilter filter) {
  FieldChecks checks;
  if (!filter.kind.empty()) check_kind(checks, filter.kind);
  CO_TRY_VOID(checks.finish());
  auto finding = parts_.agents.draft(context, agent);
  CO_TRY_VOID(co_await std::move(finding));
  auto reading = read(parts_.database, context, [&](SqlSession& sql) {
    return SegmentsTable(sql).list(context.tenant, agent);
  });
  CO_TRY(auto segments, co_await std::move(reading));
  auto language = normalise_language_tag(filter.language);
  std::erase_if(segments, [&](const Segment& segment) {
    return (!filter.kind.empty() && segment.kind != filter.kind) ||
           (!language.empty() && !segment.contents.contains(language));
  });
  co_return segments;
}

Task<Result<Segment>> RowSegments::change(CallContext context, identity::Caller caller,
                                          AgentId agent, std::string key, Change change) {
  SegmentId id;
  RowChange<Segment> steps{.get = [&](SqlSession& sql) -> Result<Segment> {
                             TRY(auto segment, SegmentsTable(sql).get(context.tenant, agent, key));
                             id = segment.id;
                             return segment;
                           },
                           .change = change,
                           .check = [&](Segment& segment) -> Result<void> {
                             segment.id = id;
                             segment.agent = agent;
                             segment.tenant = context.tenant;
                             return check_segment(segment);
                           },
                           .put = [&](SqlSession& sql, const Segment& segment) -> Result<void> {
                             SegmentsTable table(sql);
                             TRY_VOID(table.update(segment));
                             TRY_VOID(check_size(table, context.tenant, agent));
                             return audit(sql, caller, "segment.updated", segment);
                           }};
  auto changing = change_row(parts_.database, parts_.clock, context, std::move(steps));
  auto segment = co_await std::move(changing);
  co_return segment;
}

Task<Result<void>> RowSegments::remove(CallContext context, identity::Caller caller, AgentId agent,
                                       std::string key) {
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    SegmentsTable table(sql);
    TRY(auto segment, table.get(context.tenant, agent, key));
    TRY_VOID(table.remove(context.tenant, segment));
    return audit(sql, caller, "segment.deleted", segment);
  });
  auto outcome = co_await std::move(writing);
  co_return outcome;
}

Result<void> RowSegments::put(SegmentsTable& table, const Segment& fresh, const SegmentPut& wanted,
                              SegmentPutCounts& counts) {
  TRY(auto found, table.find(fresh.tenant, fresh.agent, wanted.key));
  auto segment = found.value_or(fresh);
  segment.id = found ? found->id : SegmentId::make();
  TRY_VOID(wanted.change(segment));
  segment.key = wanted.key;
  TRY_VOID(check_segment(segment));
  segment.updated_at = fresh.updated_at;
  if (!found) {
    ++counts.created;
    return table.insert(segment);
  }
  if (has_same_words(*found, segment)) {
    ++counts.unchanged;
    return {};
  }
  ++counts.updated;
  return table.update(segment);
}

Task<Result<SegmentPutCounts>> RowSegments::put_all(CallContext context, identity::Caller caller,
                                                    AgentId agent, std::vector<SegmentPut> puts) {
  auto finding = parts_.agents.draft(context, agent);
  CO_TRY_VOID(co_await std::move(finding));
  auto now = parts_.clock.unix_ms();
  Segment fresh{.tenant = context.tenant, .agent = agent, .created_at = now, .updated_at = now};
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<SegmentPutCounts> {
    SegmentsTable table(sql);
    SegmentPutCounts counts;
    for (std::size_t place = 0; place < puts.size(); ++place) {
      auto outcome = put(table, fresh, puts[place], counts);
      if (!outcome) return fail(with_place(std::move(outcome.error()), place));
    }
    TRY_VOID(check_size(table, context.tenant, agent));
    if (counts.created + counts.updated > 0) TRY_VOID(audit(sql, caller, agent, counts));
    return counts;
  });
  auto counts = co_await std::move(writing);
  co_return counts;
}

Task<Result<SegmentText>> RowSegments::text(CallContext context, AgentId agent, std::string key,
                                            std::string language) {
  auto finding = parts_.agents.draft(context, agent);
  CO_TRY(auto found, co_await std::move(finding));
  auto getting = get(context, agent, std::move(key));
  CO_TRY(auto segment, co_await std::move(getting));
  const auto* content = content_for(segment.contents, normalise_language_tag(language),
                                    normalise_language_tag(found->settings.language));
  if (content == nullptr)
    co_return fail(ErrorCode::not_found, "The segment has no text in this language");
  co_return SegmentText{.key = segment.key,
                        .kind = segment.kind,
                        .language = content->first,
                        .text = content->second};
}

Task<Result<std::vector<LanguageCoverage>>> RowSegments::coverage(
    CallContext context, AgentId agent, std::vector<std::string> languages) {
  auto finding = parts_.agents.draft(context, agent);
  CO_TRY(auto found, co_await std::move(finding));
  auto listing = list(context, agent, {});
  CO_TRY(auto segments, co_await std::move(listing));
  if (languages.empty()) {
    std::set<std::string> all{normalise_language_tag(found->settings.language)};
    for (const auto& segment : segments)
      for (const auto& [language, text] : segment.contents) all.insert(language);
    languages.assign(all.begin(), all.end());
  }
  co_return coverage_of(segments, std::move(languages));
}

}  // namespace

std::vector<LanguageCoverage> coverage_of(const std::vector<Segment>& segments,
                                          std::vector<std::string> languages) {
  std::ranges::sort(languages);
  auto [first, last] = std::ranges::unique(languages);
  languages.erase(first, last);
  std::vector<LanguageCoverage> coverage;
  for (auto& language : languages) {
    LanguageCoverage covered{.language = std::move(language)};
    for (const auto& segment : segments) {
      if (segment.contents.contains(covered.language))
        ++covered.present;
      else
        covered.missing.push_back(segment.key);
    }
    coverage.push_back(std::move(covered));
  }
  return coverage;
}

Result<std::string> read_language(std::string_view field, std::string_view tag) {
  if (is_language_tag(tag)) return normalise_language_tag(tag);
  return fail(
      invalid_field(std::string(field), "must be a language tag like en or pt-BR (BCP 47)"));
}

std::unique_ptr<Segments> make_segments(SegmentParts parts) {
  return std::make_unique<RowSegments>(parts);
}

Result<void> remove_segments_of(SqlSession& sql, TenantId tenant, AgentId agent) {
  return SegmentsTable(sql).remove_all(tenant, agent);
}

}  // namespace aiva::voice
