#include "capabilities/images/internal/figures.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "capabilities/knowledge/document_file.h"
#include "foundation/log.h"

namespace aiva::images {
namespace {

constexpr std::chrono::seconds retry_base{30};
constexpr std::size_t batch_max = 8;  // pictures in one call of the image model

// Whether the picture itself is to blame: the others are indexed without it.
bool is_about_the_figure(ErrorCode code) {
  return code == ErrorCode::invalid || code == ErrorCode::too_large || code == ErrorCode::timeout;
}

}  // namespace

Task<Result<JobOutcome>> Figures::run(CallContext context, Job job) {
  using Kind = JobOutcome::Kind;
  context.tenant = job.tenant;
  auto document = DocumentId::parse(job.subject);
  if (!document) co_return JobOutcome{Kind::dead, "The job names no document"};
  if (job.state == JobState::dead) co_return JobOutcome{Kind::dead, "Interrupted too often"};
  auto indexed = co_await index(context, *document);
  if (indexed) co_return JobOutcome{};
  const auto& error = indexed.error();
  // The document went, or shall not be read: nothing is left to do.
  if (error.code == ErrorCode::not_found || error.code == ErrorCode::invalid)
    co_return JobOutcome{};
  if (error.code == ErrorCode::cancelled) co_return JobOutcome{Kind::released, error.message};
  log::failure("The figures of a document could not be indexed", context, error);
  co_return JobOutcome{Kind::retry, error.message, retry_base * job.attempts * job.attempts};
}

Task<Result<void>> Figures::index(CallContext context, DocumentId document) {
  auto& parts = core_.parts;
  CO_TRY(auto source,
         co_await knowledge::find_document_file(parts.database, parts.objects, context, document));
  // Shared, because a reader may still speak while its call is given up.
  auto files = std::make_shared<FigureFiles>(parts.objects.staging_folder(),
                                             core_.settings.figures_per_document_max);
  DocumentSink sink{.blocks = [](std::vector<Block>) -> Result<void> { return {}; },
                    .file = [files](const EmbeddedFile& file, std::string_view bytes,
                                    bool is_last) { return files->take(file, bytes, is_last); }};
  ReadRequest request{.file_name = source.filename, .wants_images = true};
  CO_TRY_VOID(co_await parts.documents.read(context, source.path, request, std::move(sink)));
  auto looking = read(parts.database, context, [&](SqlSession& sql) {
    return ImagesTable(sql).figures(context.tenant, document);
  });
  CO_TRY(auto known, co_await std::move(looking));
  Batch batch{.document = document, .base = source.knowledge_base};
  for (const auto& figure : files->files()) {
    CO_TRY_VOID(context.check());
    auto there = std::ranges::find(known, figure.content_sha256, &Known::value_type::first);
    if (there != known.end()) {
      auto moving = write(parts.database, context, [&](SqlSession& sql) {
        return ImagesTable(sql).set_page(context.tenant, there->second, figure.page);
      });
      CO_TRY_VOID(co_await std::move(moving));
      continue;
    }
    auto decoding = decode(context, batch, figure);
    CO_TRY_VOID(co_await std::move(decoding));
    if (batch.images.size() < batch_max) continue;
    auto adding = add(context, batch);
    CO_TRY_VOID(co_await std::move(adding));
  }
  auto adding = add(context, batch);
  CO_TRY_VOID(co_await std::move(adding));
  co_return co_await remove_others(context, *files, std::move(known));
}

// Puts the figure among those that wait, unless it cannot be decoded.
Task<Result<void>> Figures::decode(CallContext context, Batch& batch, const FigureFile& figure) {
  Image draft{.id = ImageId::make(), .tenant = context.tenant, .knowledge_base = batch.base};
  draft.document = batch.document;
  draft.page = figure.page;
  draft.size_bytes = figure.size_bytes;
  draft.content_sha256 = figure.content_sha256;
  draft.filename = "page-" + std::to_string(figure.page);
  draft.created_at = core_.parts.clock.unix_ms();
  auto decoding = intake_.decode(context, figure.path, std::move(draft));
  auto decoded = co_await std::move(decoding);
  if (decoded) {
    batch.images.push_back(std::move(*decoded));
    batch.files.push_back(figure.path);
    co_return Result<void>{};
  }
  if (!is_about_the_figure(decoded.error().code)) co_return fail(std::move(decoded.error()));
  log::failure("A figure was left out", context, decoded.error());
  co_return Result<void>{};
}

// Embeds and stores those that wait; the batch is empty then.
Task<Result<void>> Figures::add(CallContext context, Batch& batch) {
  if (batch.images.empty()) co_return Result<void>{};
  Batch taken{.document = batch.document, .base = batch.base};
  std::swap(taken.images, batch.images);
  std::swap(taken.files, batch.files);
  auto kept = taken;
  auto embedding = intake_.embed(context, std::move(taken.images));
  auto prepared = co_await std::move(embedding);
  if (!prepared && is_about_the_figure(prepared.error().code) && kept.images.size() > 1) {
    // One of them is to blame.
    auto adding = add_each(context, std::move(kept));
    auto added = co_await std::move(adding);
    co_return added;
  }
  if (!prepared && !is_about_the_figure(prepared.error().code))
    co_return fail(std::move(prepared.error()));
  if (!prepared) {
    log::failure("A figure was left out", context, prepared.error());
    co_return Result<void>{};
  }
  for (std::size_t i = 0; i < prepared->size(); ++i) {
    auto storing = intake_.store(context, std::move((*prepared)[i]), kept.files[i]);
    auto stored = co_await std::move(storing);
    if (stored) continue;
    if (!is_about_the_figure(stored.error().code)) co_return stored;
    log::failure("A figure was left out", context, stored.error());
  }
  co_return Result<void>{};
}

Task<Result<void>> Figures::add_each(CallContext context, Batch batch) {
  for (std::size_t i = 0; i < batch.images.size(); ++i) {
    Batch alone{.document = batch.document, .base = batch.base};
    alone.images.push_back(std::move(batch.images[i]));
    alone.files.push_back(std::move(batch.files[i]));
    auto adding = add(context, alone);
    CO_TRY_VOID(co_await std::move(adding));
  }
  co_return Result<void>{};
}

// What was a figure of an older version.
Task<Result<void>> Figures::remove_others(CallContext context, const FigureFiles& files,
                                          Known known) {
  std::erase_if(known, [&files](const auto& figure) { return files.has(figure.first); });
  if (known.empty()) co_return Result<void>{};
  auto removing = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    ImagesTable table(sql);
    for (const auto& [content, id] : known) {
      auto removed = table.remove(context.tenant, id);
      if (!removed && removed.error().code != ErrorCode::not_found) return removed;
    }
    return {};
  });
  CO_TRY_VOID(co_await std::move(removing));
  for (const auto& [content, id] : known)
    co_await intake_.remove_files(context, context.tenant, id);
  co_return Result<void>{};
}

}  // namespace aiva::images
