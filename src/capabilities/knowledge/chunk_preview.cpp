#include "capabilities/knowledge/chunk_preview.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "capabilities/knowledge/internal/chunk_collector.h"
#include "capabilities/knowledge/internal/validation.h"
#include "foundation/ids.h"
#include "foundation/text/utf8.h"

namespace aiva::knowledge {
namespace {

namespace fs = std::filesystem;

constexpr int chunk_size_min = 100;
constexpr int chunk_size_max = 8000;

// A file of ours that goes when this dies.
class StagedText {
 public:
  explicit StagedText(fs::path path) : path_(std::move(path)) {}
  StagedText(const StagedText&) = delete;
  StagedText& operator=(const StagedText&) = delete;
  ~StagedText() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }

  Result<void> write(std::string_view text) {
    std::ofstream stream(path_, std::ios::binary);
    stream.write(text.data(), static_cast<std::streamsize>(text.size()));
    stream.close();
    if (!stream) return fail(ErrorCode::unavailable, "The text cannot be staged", path_.string());
    return {};
  }

 private:
  fs::path path_;
};

// A stored file and what it was called.
struct Source {
  std::string key{};
  std::string file_name{};
};

Result<Source> find_source(SqlSession& sql, TenantId tenant, KnowledgeBaseId base, DocumentId id) {
  std::optional<Source> source;
  TRY_VOID(sql.query(
      "SELECT object_key, filename FROM documents WHERE id = ? AND tenant_id = ? AND kb_id = ?",
      {id, tenant, base}, [&source](const SqlRow& row) -> Result<void> {
        source = {.key = std::string(row.text(0)), .file_name = std::string(row.text(1))};
        return {};
      }));
  if (!source) return fail(ErrorCode::not_found, "No such document");
  return *std::move(source);
}

// How to cut: as the knowledge base is set, but for what the request says. Within the same limits.
Result<ChunkSettings> settings_of(const KnowledgeBase& base, const PreviewRequest& request) {
  auto cut = base.chunks;
  if (request.chunk_size) cut = {.chunk_size = *request.chunk_size};
  if (request.chunk_overlap) cut.chunk_overlap = *request.chunk_overlap;
  if (cut.chunk_size != 0 && (cut.chunk_size < chunk_size_min || cut.chunk_size > chunk_size_max))
    return fail(invalid_field("chunk_size", "must be 0 or between 100 and 8000"));
  bool is_overlap_valid =
      cut.chunk_overlap == 0 || (cut.chunk_overlap > 0 && cut.chunk_overlap < cut.chunk_size);
  if (!is_overlap_valid)
    return fail(invalid_field("chunk_overlap", "must be less than chunk_size"));
  return cut;
}

class FilePreviews final : public ChunkPreviews {
 public:
  FilePreviews(PreviewParts parts, PreviewLimits limits)
      : parts_(std::move(parts)), limits_(limits) {}

  Task<Result<ChunkPreview>> preview(CallContext context, PreviewRequest request) override {
    CO_TRY_VOID(check_page(request.page));
    CO_TRY(auto base, co_await parts_.knowledge.get(context, request.knowledge_base));
    CO_TRY(auto cut, settings_of(*base, request));
    auto staged = parts_.objects.staging_folder() / ("preview-" + Uuid::make().to_string());
    StagedText text(staged);
    if (request.text) {
      CO_TRY_VOID(check_text(*request.text));
      CO_TRY_VOID(text.write(*request.text));
      request.file = staged;
    } else if (request.document) {
      CO_TRY_VOID(co_await locate(context, request));
    }
    CO_TRY_VOID(check_file(request.file));
    CollectorOptions options{.knowledge_base = base->id,
                             .cut = cut,
                             .count_tokens = parts_.count_tokens,
                             .embedder_tokens_max = parts_.embedder.tokens_max(),
                             .text_bytes_max = limits_.text_bytes_max,
                             .chunks_max = limits_.chunks_max};
    // Shared, because a reader may still speak while its call is given up.
    auto collector = std::make_shared<ChunkCollector>(std::move(options));
    CO_TRY(auto summary, co_await read_file(context, request, collector));
    CO_TRY_VOID(collector->finish());
    co_return page_of(*collector, cut, std::move(summary), request.page);
  }

 private:
  [[nodiscard]] Result<void> check_text(std::string_view text) const {
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
      return fail(invalid_field("text", "must not be empty"));
    if (static_cast<std::int64_t>(text.size()) > limits_.file_bytes_max)
      return fail(ErrorCode::too_large, "The text is too long for a preview");
    if (!is_valid_utf8(text)) return fail(invalid_field("text", "must be UTF-8"));
    return {};
  }

  [[nodiscard]] Result<void> check_file(const fs::path& file) const {
    std::error_code error;
    auto size = fs::file_size(file, error);
    if (error) return fail(ErrorCode::not_found, "The file is gone", error.message());
    if (static_cast<std::int64_t>(size) > limits_.file_bytes_max)
      return fail(ErrorCode::too_large, "A preview takes files of at most " +
                                            std::to_string(limits_.file_bytes_max) + " bytes");
    return {};
  }

  // Finds the file of the document that is asked for.
  Task<Result<void>> locate(CallContext context, PreviewRequest& request) {
    auto reading = read(parts_.database, context, [&](SqlSession& sql) {
      return find_source(sql, context.tenant, request.knowledge_base, *request.document);
    });
    CO_TRY(auto source, co_await std::move(reading));
    auto copying = parts_.objects.local_copy(context, source.key);
    CO_TRY(request.file, co_await std::move(copying));
    request.file_name = source.file_name;
    co_return Result<void>{};
  }

  Task<Result<DocumentSummary>> read_file(CallContext context, const PreviewRequest& request,
                                          std::shared_ptr<ChunkCollector> collector) {
    DocumentSink sink;
    sink.blocks = [collector](std::vector<Block> blocks) { return collector->add(blocks); };
    auto reading = parts_.reader.read(context, request.file, {.file_name = request.file_name},
                                      std::move(sink));
    auto summary = co_await std::move(reading);
    bool is_unreadable = !summary && summary.error().code == ErrorCode::invalid;
    if (is_unreadable && summary.error().details.empty())
      summary.error().details.push_back({"file", summary.error().message});
    co_return summary;
  }

  static ChunkPreview page_of(const ChunkCollector& collector, ChunkSettings cut,
                              DocumentSummary summary, PageRequest page) {
    ChunkPreview preview{.tokens = collector.tokens(),
                         .chunks_by_type = collector.chunks_by_type(),
                         .cut = cut,
                         .document = std::move(summary)};
    const auto& chunks = collector.chunks();
    preview.chunks.total = static_cast<std::int64_t>(chunks.size());
    auto limit = static_cast<std::size_t>(page.limit);
    auto first = std::min(chunks.size(), static_cast<std::size_t>(page.page - 1) * limit);
    auto count = std::min(limit, chunks.size() - first);
    auto begin = chunks.begin() + static_cast<std::ptrdiff_t>(first);
    preview.chunks.items.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
    return preview;
  }

  PreviewParts parts_;
  PreviewLimits limits_;
};

}  // namespace

std::unique_ptr<ChunkPreviews> make_chunk_previews(PreviewParts parts, PreviewLimits limits) {
  return std::make_unique<FilePreviews>(std::move(parts), limits);
}

}  // namespace aiva::knowledge
