#include "capabilities/images/internal/images_table.h"

#include <bit>
#include <cstring>

#include "foundation/json.h"
#include "foundation/json_writer.h"
#include "foundation/picture/difference_hash.h"
#include "ports/delete_selected.h"

namespace aiva::images {
namespace {

static_assert(std::endian::native == std::endian::little, "vectors are stored little-endian");

constexpr std::string_view columns =
    "SELECT id, tenant_id, kb_id, document_id, page_number, filename, media_type, width, height, "
    "size_bytes, content_sha256, difference_hash, description, ocr_text, labels, metadata, model, "
    "created_at FROM images ";

std::string write_labels(const std::vector<SeenObject>& labels) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_array();
  for (const auto& label : labels)
    writer.begin_object().field("name", label.name).field("score", label.score).end_object();
  writer.end_array();
  return text;
}

std::vector<SeenObject> read_labels(std::string_view text) {
  std::vector<SeenObject> labels;
  auto value = json::parse(text);
  if (!value || !value->is_array()) return labels;
  for (const auto& entry : value->get_array()) {
    json::Fields fields(entry);
    auto name = fields.text("name", {.length_max = 200});
    auto score = fields.optional_number("score", 0, 1);
    if (fields.finish()) labels.push_back({.name = std::move(name), .score = score.value_or(0)});
  }
  return labels;
}

Image read_image(const SqlRow& row) {
  Image image{.id = row.id<ImageId>(0),
              .tenant = row.id<TenantId>(1),
              .knowledge_base = row.id<KnowledgeBaseId>(2)};
  if (!row.is_null(3)) image.document = row.id<DocumentId>(3);
  image.page = static_cast<int>(row.integer(4));
  image.filename = row.text(5);
  image.media_type = row.text(6);
  image.width = static_cast<int>(row.integer(7));
  image.height = static_cast<int>(row.integer(8));
  image.size_bytes = row.integer(9);
  image.content_sha256 = row.text(10);
  image.difference_hash = static_cast<std::uint64_t>(row.integer(11));
  image.description = row.text(12);
  image.text = row.text(13);
  image.labels = read_labels(row.text(14));
  image.metadata = row.text(15);
  image.model = row.text(16);
  image.created_at = row.integer(17);
  return image;
}

void append_floats(std::span<const std::byte> bytes, std::vector<float>& values) {
  auto begin = values.size();
  values.resize(begin + bytes.size() / sizeof(float));
  std::memcpy(values.data() + begin, bytes.data(), (values.size() - begin) * sizeof(float));
}

template <class IdType>
SqlValue or_null(const IdType& id) {
  return id.is_nil() ? SqlValue(nullptr) : SqlValue(id);
}

}  // namespace

std::string ImagesTable::object_key(TenantId tenant, ImageId id) {
  return "images/" + tenant.to_string() + "/" + id.to_string();
}

std::string ImagesTable::thumbnail_key(TenantId tenant, ImageId id) {
  return object_key(tenant, id) + ".thumbnail";
}

Result<void> ImagesTable::insert(const Image& image, std::span<const ImageVector> vectors,
                                 UserId created_by) {
  TRY_VOID(sql_.execute(
      "INSERT INTO images (id, tenant_id, kb_id, document_id, page_number, filename, media_type, "
      "width, height, size_bytes, content_sha256, difference_hash, object_key, thumbnail_key, "
      "description, ocr_text, labels, metadata, model, created_by, created_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {image.id,
       image.tenant,
       image.knowledge_base,
       or_null(image.document),
       image.page,
       image.filename,
       image.media_type,
       image.width,
       image.height,
       image.size_bytes,
       image.content_sha256,
       static_cast<std::int64_t>(image.difference_hash),
       object_key(image.tenant, image.id),
       thumbnail_key(image.tenant, image.id),
       image.description,
       image.text,
       write_labels(image.labels),
       image.metadata,
       image.model,
       or_null(created_by),
       image.created_at}));
  for (const auto& vector : vectors)
    TRY_VOID(
        sql_.execute("INSERT INTO image_vectors (image_id, kb_id, model, dimension, vector) "
                     "VALUES (?, ?, ?, ?, ?)",
                     {image.id, image.knowledge_base, vector.model, vector.values.size(),
                      std::as_bytes(std::span(vector.values))}));
  return {};
}

Result<Image> ImagesTable::get(TenantId tenant, ImageId id) {
  TRY(auto found, get(tenant, std::span(&id, 1)));
  if (found.empty()) return fail(ErrorCode::not_found, "No such image");
  return std::move(found.front());
}

Result<std::vector<Image>> ImagesTable::get(TenantId tenant, std::span<const ImageId> ids) {
  std::vector<Image> found;
  auto statement = std::string(columns) + "WHERE id = ? AND tenant_id = ?";
  for (const auto& id : ids)
    TRY_VOID(sql_.query(statement, {id, tenant}, [&found](const SqlRow& row) -> Result<void> {
      found.push_back(read_image(row));
      return {};
    }));
  return found;
}

Result<knowledge::PageOf<Image>> ImagesTable::list(TenantId tenant, KnowledgeBaseId base,
                                                   const Images::ListFilter& filter) {
  auto document = or_null(filter.document);
  constexpr std::string_view where =
      "WHERE tenant_id = ? AND kb_id = ? AND (? IS NULL OR document_id = ?)";
  knowledge::PageOf<Image> page;
  TRY(page.total, number("SELECT COUNT(*) FROM images " + std::string(where),
                         {tenant, base, document, document}));
  auto offset = static_cast<std::int64_t>(filter.page.page - 1) * filter.page.limit;
  auto after = filter.page.after.value_or(before_newest);
  TRY_VOID(
      sql_.query(std::string(columns) + std::string(where) +
                     " AND (created_at, id) < (?, ?)"
                     " ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?",
                 {tenant, base, document, document, after.key, after.id, filter.page.limit, offset},
                 [&page](const SqlRow& row) -> Result<void> {
                   page.items.push_back(read_image(row));
                   return {};
                 }));
  return page;
}

Result<ImageStatistics> ImagesTable::statistics(TenantId tenant, KnowledgeBaseId base,
                                                const std::string& model) {
  ImageStatistics statistics;
  TRY_VOID(
      sql_.query("SELECT COUNT(*), COUNT(document_id), COALESCE(SUM(size_bytes), 0) FROM images "
                 "WHERE tenant_id = ? AND kb_id = ?",
                 {tenant, base}, [&statistics](const SqlRow& row) -> Result<void> {
                   statistics.images = row.integer(0);
                   statistics.figures = row.integer(1);
                   statistics.uploaded = row.integer(0) - row.integer(1);
                   statistics.size_bytes = row.integer(2);
                   return {};
                 }));
  TRY(auto state, vector_state(base, model));
  statistics.vectors = state.count;
  return statistics;
}

Result<std::int64_t> ImagesTable::count(KnowledgeBaseId base) {
  return number("SELECT COUNT(*) FROM images WHERE kb_id = ?", {base});
}

Result<bool> ImagesTable::has_any(TenantId tenant, KnowledgeBaseId base) {
  TRY(auto found, number("SELECT EXISTS (SELECT 1 FROM images WHERE kb_id = ? AND tenant_id = ?)",
                         {base, tenant}));
  return found != 0;
}

Result<void> ImagesTable::remove(TenantId tenant, ImageId id) {
  TRY(auto removed,
      sql_.execute("DELETE FROM images WHERE id = ? AND tenant_id = ?", {id, tenant}));
  if (removed == 0) return fail(ErrorCode::not_found, "No such image");
  return {};
}

Result<std::optional<ImageId>> ImagesTable::find_content(TenantId tenant, KnowledgeBaseId base,
                                                         const std::string& sha256) {
  std::optional<ImageId> found;
  TRY_VOID(
      sql_.query("SELECT id FROM images WHERE kb_id = ? AND content_sha256 = ? AND tenant_id = ? "
                 "AND document_id IS NULL ORDER BY created_at LIMIT 1",
                 {base, sha256, tenant}, [&found](const SqlRow& row) -> Result<void> {
                   found = row.id<ImageId>(0);
                   return {};
                 }));
  return found;
}

Result<std::optional<ImageId>> ImagesTable::find_alike(TenantId tenant, KnowledgeBaseId base,
                                                       std::uint64_t hash, int distance_max) {
  std::optional<ImageId> found;
  TRY_VOID(
      sql_.query("SELECT id, difference_hash FROM images WHERE kb_id = ? AND tenant_id = ? "
                 "ORDER BY created_at, id",
                 {base, tenant}, [&](const SqlRow& row) -> Result<void> {
                   auto other = static_cast<std::uint64_t>(row.integer(1));
                   if (!found && hash_distance(hash, other) <= distance_max)
                     found = row.id<ImageId>(0);
                   return {};
                 }));
  return found;
}

Result<std::vector<std::pair<std::string, ImageId>>> ImagesTable::figures(TenantId tenant,
                                                                          DocumentId document) {
  std::vector<std::pair<std::string, ImageId>> found;
  TRY_VOID(
      sql_.query("SELECT content_sha256, id FROM images WHERE document_id = ? AND tenant_id = ?",
                 {document, tenant}, [&found](const SqlRow& row) -> Result<void> {
                   found.emplace_back(row.text(0), row.id<ImageId>(1));
                   return {};
                 }));
  return found;
}

Result<void> ImagesTable::set_page(TenantId tenant, ImageId id, int page) {
  TRY_VOID(sql_.execute("UPDATE images SET page_number = ? WHERE id = ? AND tenant_id = ?",
                        {page, id, tenant}));
  return {};
}

Result<bool> ImagesTable::has_object(const std::string& key) {
  // The key holds the image's id: no index of its own is needed.
  auto begin = key.rfind('/') + 1;
  auto id = ImageId::parse(std::string_view(key).substr(begin, 36));
  if (!id) return false;
  TRY(auto count,
      number("SELECT COUNT(*) FROM images WHERE id = ? AND (object_key = ? OR thumbnail_key = ?)",
             {*id, key, key}));
  return count > 0;
}

Result<VectorSetState> ImagesTable::vector_state(KnowledgeBaseId base, const std::string& model) {
  VectorSetState state;
  TRY_VOID(
      sql_.query("SELECT COUNT(*), COALESCE(MAX(image_id), '') FROM image_vectors "
                 "WHERE kb_id = ? AND model = ?",
                 {base, model}, [&state](const SqlRow& row) -> Result<void> {
                   state.count = row.integer(0);
                   state.last_id = row.text(1);
                   return {};
                 }));
  return state;
}

Result<VectorSet> ImagesTable::vectors(KnowledgeBaseId base, const std::string& model,
                                       std::size_t dimension) {
  VectorSet set{.dimension = dimension};
  TRY_VOID(
      sql_.query("SELECT image_id, vector FROM image_vectors WHERE kb_id = ? AND model = ? "
                 "ORDER BY image_id",
                 {base, model}, [&set](const SqlRow& row) -> Result<void> {
                   if (row.bytes(1).size() != set.dimension * sizeof(float)) return {};
                   set.ids.push_back(row.id<ImageId>(0));
                   append_floats(row.bytes(1), set.values);
                   return {};
                 }));
  return set;
}

Result<std::vector<float>> ImagesTable::vector(ImageId id, const std::string& model) {
  std::vector<float> values;
  TRY_VOID(sql_.query("SELECT vector FROM image_vectors WHERE image_id = ? AND model = ?",
                      {id, model}, [&values](const SqlRow& row) -> Result<void> {
                        append_floats(row.bytes(0), values);
                        return {};
                      }));
  return values;
}

Result<void> ImagesTable::log_search(TenantId tenant, UserId user, const SearchRow& row,
                                     UnixMs now) {
  TRY_VOID(
      sql_.execute("INSERT INTO image_searches (id, tenant_id, kb_id, user_id, query, search_type, "
                   "results_count, top_score, search_time_ms, base_cost, created_at) "
                   "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                   {Uuid::make().to_string(), tenant, row.base, or_null(user), row.query, row.type,
                    row.results, row.top_score, row.time_ms, row.base_cost, now}));
  return {};
}

// Ids begin with the instant they were made at, so the oldest rows come first.
Result<std::int64_t> ImagesTable::remove_searches(UnixMs than, std::int64_t count) {
  return delete_selected(sql_, {.table = "image_searches", .key = "id"},
                         "SELECT id FROM (SELECT id, created_at FROM image_searches "
                         "ORDER BY id LIMIT ?) oldest WHERE created_at < ?",
                         {count, than});
}

Result<std::int64_t> ImagesTable::number(std::string_view sql, SqlSession::Parameters parameters) {
  std::int64_t found = 0;
  TRY_VOID(sql_.query(sql, parameters, [&found](const SqlRow& row) -> Result<void> {
    found = row.integer(0);
    return {};
  }));
  return found;
}

}  // namespace aiva::images
