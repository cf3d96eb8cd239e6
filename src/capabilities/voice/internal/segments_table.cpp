#include "capabilities/voice/internal/segments_table.h"

#include <string>
#include <unordered_map>
#include <utility>

namespace aiva::voice {
namespace {

constexpr std::string_view select_segments =
    "SELECT id, tenant_id, agent_id, segment_key, kind, description, created_at, updated_at "
    "FROM segments WHERE tenant_id = ? AND agent_id = ?";

Segment read_row(const SqlRow& row) {
  return {.id = row.id<SegmentId>(0),
          .tenant = row.id<TenantId>(1),
          .agent = row.id<AgentId>(2),
          .key = std::string(row.text(3)),
          .kind = std::string(row.text(4)),
          .description = std::string(row.text(5)),
          .created_at = row.integer(6),
          .updated_at = row.integer(7)};
}

Result<void> key_taken(Result<std::int64_t> outcome) {
  if (outcome) return {};
  if (outcome.error().code == ErrorCode::conflict)
    return fail(ErrorCode::conflict, "The agent has a segment of that key");
  return fail(std::move(outcome.error()));
}

}  // namespace

Result<void> SegmentsTable::insert_contents(const Segment& segment) {
  for (const auto& [language, text] : segment.contents)
    TRY_VOID(sql_.execute(
        "INSERT INTO segment_contents (tenant_id, agent_id, segment_id, language, content, "
        "content_bytes) VALUES (?, ?, ?, ?, ?, ?)",
        {segment.tenant, segment.agent, segment.id, language, text,
         static_cast<std::int64_t>(text.size())}));
  return {};
}

Result<void> SegmentsTable::remove_contents(TenantId tenant, SegmentId id) {
  TRY_VOID(sql_.execute("DELETE FROM segment_contents WHERE tenant_id = ? AND segment_id = ?",
                        {tenant, id}));
  return {};
}

Result<void> SegmentsTable::insert(const Segment& segment) {
  TRY_VOID(key_taken(sql_.execute(
      "INSERT INTO segments (id, tenant_id, agent_id, segment_key, kind, description, created_at, "
      "updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      {segment.id, segment.tenant, segment.agent, segment.key, segment.kind, segment.description,
       segment.created_at, segment.updated_at})));
  return insert_contents(segment);
}

Result<std::optional<Segment>> SegmentsTable::find(TenantId tenant, AgentId agent,
                                                   std::string_view key) {
  std::optional<Segment> found;
  TRY_VOID(sql_.query(std::string(select_segments) + " AND segment_key = ?", {tenant, agent, key},
                      [&found](const SqlRow& row) -> Result<void> {
                        found = read_row(row);
                        return {};
                      }));
  if (!found) return found;
  TRY_VOID(sql_.query(
      "SELECT language, content FROM segment_contents WHERE tenant_id = ? AND segment_id = ?",
      {tenant, found->id}, [&found](const SqlRow& row) -> Result<void> {
        found->contents.emplace(row.text(0), row.text(1));
        return {};
      }));
  return found;
}

Result<Segment> SegmentsTable::get(TenantId tenant, AgentId agent, std::string_view key) {
  TRY(auto found, find(tenant, agent, key));
  if (!found) return fail(ErrorCode::not_found, "No such segment");
  return std::move(*found);
}

Result<std::vector<Segment>> SegmentsTable::list(TenantId tenant, AgentId agent) {
  std::vector<Segment> segments;
  std::unordered_map<Uuid, std::size_t> places;
  TRY_VOID(sql_.query(std::string(select_segments) + " ORDER BY segment_key", {tenant, agent},
                      [&](const SqlRow& row) -> Result<void> {
                        segments.push_back(read_row(row));
                        places.emplace(segments.back().id.uuid, segments.size() - 1);
                        return {};
                      }));
  TRY_VOID(
      sql_.query("SELECT segment_id, language, content FROM segment_contents "
                 "WHERE tenant_id = ? AND agent_id = ?",
                 {tenant, agent}, [&](const SqlRow& row) -> Result<void> {
                   auto place = places.find(row.id<SegmentId>(0).uuid);
                   if (place != places.end())
                     segments[place->second].contents.emplace(row.text(1), row.text(2));
                   return {};
                 }));
  return segments;
}

Result<SegmentsTable::Size> SegmentsTable::size(TenantId tenant, AgentId agent) {
  Size size;
  TRY_VOID(sql_.query("SELECT COUNT(*) FROM segments WHERE tenant_id = ? AND agent_id = ?",
                      {tenant, agent}, [&size](const SqlRow& row) -> Result<void> {
                        size.segments = row.integer(0);
                        return {};
                      }));
  TRY_VOID(
      sql_.query("SELECT COALESCE(SUM(content_bytes), 0) FROM segment_contents "
                 "WHERE tenant_id = ? AND agent_id = ?",
                 {tenant, agent}, [&size](const SqlRow& row) -> Result<void> {
                   size.bytes = row.integer(0);
                   return {};
                 }));
  return size;
}

Result<void> SegmentsTable::update(const Segment& segment) {
  TRY_VOID(key_taken(
      sql_.execute("UPDATE segments SET segment_key = ?, kind = ?, description = ?, updated_at = ? "
                   "WHERE tenant_id = ? AND id = ?",
                   {segment.key, segment.kind, segment.description, segment.updated_at,
                    segment.tenant, segment.id})));
  TRY_VOID(remove_contents(segment.tenant, segment.id));
  return insert_contents(segment);
}

Result<void> SegmentsTable::remove(TenantId tenant, const Segment& segment) {
  TRY_VOID(remove_contents(tenant, segment.id));
  TRY_VOID(
      sql_.execute("DELETE FROM segments WHERE tenant_id = ? AND id = ?", {tenant, segment.id}));
  return {};
}

Result<void> SegmentsTable::remove_all(TenantId tenant, AgentId agent) {
  TRY_VOID(sql_.execute("DELETE FROM segment_contents WHERE tenant_id = ? AND agent_id = ?",
                        {tenant, agent}));
  TRY_VOID(
      sql_.execute("DELETE FROM segments WHERE tenant_id = ? AND agent_id = ?", {tenant, agent}));
  return {};
}

}  // namespace aiva::voice
