#include "capabilities/knowledge/internal/recognition.h"

#include <algorithm>
#include <array>
#include <utility>

#include "capabilities/knowledge/internal/chunk_collector.h"
#include "capabilities/knowledge/internal/chunk_embedding.h"
#include "capabilities/knowledge/internal/chunks_table.h"
#include "capabilities/knowledge/internal/ingestion_job.h"
#include "capabilities/knowledge/internal/knowledge_bases_table.h"
#include "capabilities/knowledge/internal/retry.h"
#include "foundation/json.h"
#include "foundation/json_writer.h"
#include "foundation/log.h"

namespace aiva::knowledge {
namespace {

constexpr std::size_t pages_per_batch_max = 256;
constexpr const char* nothing_found = "The document contains no text that can be read";

// The statistics with what became of the pages.
std::string with_recognition(const std::string& statistics, std::size_t pages_done,
                             std::int64_t chunks_added, std::string_view failure) {
  auto value = json::parse(statistics);
  json::Object object = value && value->is_object() ? value->get_object() : json::Object();
  json::Object ocr;
  if (const auto* before = object.if_contains("ocr"); before != nullptr && before->is_object())
    ocr = before->get_object();
  auto add = [](json::Object& target, std::string_view name, std::int64_t more) {
    const auto* old = target.if_contains(name);
    std::int64_t count = old != nullptr && old->is_int64() ? old->get_int64() : 0;
    target[name] = count + more;
  };
  add(ocr, "done", static_cast<std::int64_t>(pages_done));
  if (!failure.empty()) ocr["error"] = failure;
  object["ocr"] = std::move(ocr);
  add(object, "total_chunks", chunks_added);
  return json::to_text(object);
}

}  // namespace

// A few pages of one document; shared with the reader's callbacks.
struct Recognition::Batch {
  Batch(PrintedDocument d, CollectorOptions options)
      : printed(std::move(d)), collector(std::move(options)) {}

  PrintedDocument printed;
  ChunkCollector collector;
  std::vector<int> pages{};
  std::vector<int> pages_left{};
  ChunkVectors vectors{};
  // Reading the pages took as long as it may: it would again.
  bool has_used_its_time = false;

  [[nodiscard]] TenantId tenant() const { return printed.document.tenant; }
  [[nodiscard]] DocumentId id() const { return printed.document.id; }
  [[nodiscard]] KnowledgeBaseId base() const { return printed.document.knowledge_base; }
  [[nodiscard]] RecognisedBatch outcome() const {
    auto added = static_cast<std::int64_t>(collector.chunks().size());
    return {.pages_before = printed.pages,
            .pages_left = RecognitionTable::write_pages(pages_left),
            .processing_stats =
                with_recognition(printed.document.processing_stats, pages.size(), added, {}),
            .chunks_added = added};
  }
};

Recognition::Recognition(Core& core)
    : core_(core),
      pages_(core.parts.metrics.counter("aiva_pages_recognised_total",
                                        "Pages whose print was recognised")) {}

Task<Result<JobOutcome>> Recognition::run(CallContext context, Job job) {
  context.tenant = job.tenant;
  auto id = DocumentId::parse(job.subject);
  if (!id) co_return JobOutcome{JobOutcome::Kind::dead, "The job names no document"};
  auto finding = read(core_.parts.database, context,
                      [&](SqlSession& sql) { return RecognitionTable(sql).find(job.tenant, *id); });
  auto found = co_await std::move(finding);
  if (!found) co_return JobOutcome{JobOutcome::Kind::retry, found.error().message, database_retry};
  if (!*found) co_return JobOutcome{};

  CollectorOptions options{.knowledge_base = (*found)->document.knowledge_base,
                           .document = *id,
                           .cut = (*found)->chunks,
                           .count_tokens = core_.parts.count_tokens,
                           .embedder_tokens_max = core_.parts.embedder.tokens_max(),
                           .text_bytes_max = core_.settings.document_text_bytes_max,
                           .chunks_max = core_.settings.document_chunks_max};
  auto batch = std::make_shared<Batch>(std::move(**found), std::move(options));
  auto all = RecognitionTable::read_pages(batch->printed.pages);
  auto count = std::clamp<std::size_t>(core_.settings.recognition_batch, 1, pages_per_batch_max);
  auto middle = all.begin() + static_cast<std::ptrdiff_t>(std::min(count, all.size()));
  batch->pages.assign(all.begin(), middle);
  batch->pages_left.assign(middle, all.end());
  if (job.state == JobState::dead) {
    auto burying =
        give_up(without_end(context), batch,
                "Given up after it was interrupted " + std::to_string(job.attempts) + " times");
    CO_TRY_VOID(co_await std::move(burying));
    co_return JobOutcome{JobOutcome::Kind::dead, "Interrupted too often"};
  }

  auto working_context = context;
  working_context.deadline = std::min(
      context.deadline, std::chrono::steady_clock::now() + core_.settings.ingestion_time_max);
  auto working = work(working_context, batch);
  auto outcome = co_await std::move(working);
  if (outcome) co_return JobOutcome{};
  auto settling = settle_failure(without_end(context), batch, std::move(outcome.error()));
  auto settled = co_await std::move(settling);
  co_return settled;
}

Task<Result<void>> Recognition::work(CallContext context, BatchPointer batch) {
  auto reading = read_pages(context, batch);
  CO_TRY_VOID(co_await std::move(reading));
  EmbedRequest request{.collector = {batch, &batch->collector},
                       .title = batch->printed.document.title,
                       .batch = core_.settings.embedding_batch};
  auto embedding = embed_chunks(context, core_, std::move(request));
  CO_TRY(batch->vectors, co_await std::move(embedding));
  auto storing = store(context, batch);
  CO_TRY_VOID(co_await std::move(storing));
  co_return Result<void>{};
}

Task<Result<void>> Recognition::read_pages(CallContext context, BatchPointer batch) {
  auto file = co_await core_.parts.objects.local_copy(context, batch->printed.object_key);
  if (!file && file.error().code == ErrorCode::not_found)
    co_return fail(ErrorCode::not_found, "The uploaded file is gone", file.error().message);
  if (!file) co_return fail(std::move(file.error()));
  DocumentSink sink;
  sink.blocks = [batch](std::vector<Block> blocks) { return batch->collector.add(blocks); };
  ReadRequest request{.file_name = batch->printed.document.filename,
                      .pages_to_recognise = batch->pages};
  auto reading = core_.parts.reader.read(context, *file, std::move(request), std::move(sink));
  auto read = co_await std::move(reading);
  batch->has_used_its_time = !read && read.error().code == ErrorCode::timeout;
  CO_TRY_VOID(read);
  co_return batch->collector.finish();
}

Task<Result<void>> Recognition::store(CallContext context, BatchPointer batch) {
  auto storing = write(core_.parts.database, context,
                       [this, batch](SqlSession& sql) { return write_rows(sql, *batch); });
  CO_TRY_VOID(co_await std::move(storing));
  if (!batch->collector.chunks().empty()) {
    core_.index.follow(batch->tenant(), batch->base());
    if (!batch->printed.obsolete_key.empty()) {
      auto removing = core_.remove_objects(context, {batch->printed.obsolete_key});
      co_await std::move(removing);
    }
  }
  pages_.add(static_cast<double>(batch->pages.size()));
  core_.parts.jobs.wake();
  core_.tell_changed(batch->tenant(), batch->base(), batch->id());
  co_return Result<void>{};
}

Result<void> Recognition::write_rows(SqlSession& sql, Batch& batch) {
  auto now = core_.parts.clock.unix_ms();
  TRY(auto is_ours, take_off_pages(sql, batch, now));
  if (!is_ours) return fail(ErrorCode::conflict, "Somebody else has taken over the document");
  if (!batch.collector.chunks().empty()) TRY_VOID(add_chunks(sql, batch, now));
  if (!batch.pages_left.empty())
    TRY_VOID(core_.parts.jobs.enqueue(sql, make_recognition_job(batch.tenant(), batch.id())));
  return {};
}

Result<bool> Recognition::take_off_pages(SqlSession& sql, Batch& batch, UnixMs now) {
  RecognitionTable table(sql);
  auto generation = batch.printed.generation;
  auto outcome = batch.outcome();
  if (!batch.printed.is_awaited)
    return table.take_off(batch.tenant(), batch.id(), generation, outcome, now);
  TRY(auto is_ours, table.take_off_awaited(batch.tenant(), batch.id(), generation, outcome, now));
  if (!is_ours) return false;
  const auto& document = batch.printed.document;
  if (outcome.chunks_added == 0 && !batch.pages_left.empty()) return true;
  DocumentsTable documents(sql);
  if (outcome.chunks_added == 0) return fail_document(sql, batch, nothing_found, now);
  CompletedDocument completed{.file_type = document.file_type,
                              .title = document.title,
                              .page_count = document.page_count,
                              .is_partial = document.is_partial,
                              .total_chunks = outcome.chunks_added,
                              .processing_stats = outcome.processing_stats,
                              .embedding_model = core_.parts.embedder.model(),
                              .pages_to_recognise = outcome.pages_left};
  TRY(bool is_done, documents.complete(batch.tenant(), batch.id(), generation, completed, now));
  if (!is_done) return false;
  TRY_VOID(core_.publish(sql, webhooks::event_types::document_completed,
                         {.tenant = batch.tenant(),
                          .base = batch.base(),
                          .document = batch.id(),
                          .filename = document.filename,
                          .pages = document.page_count,
                          .chunks = outcome.chunks_added}));
  return true;
}

Result<bool> Recognition::fail_document(SqlSession& sql, const Batch& batch,
                                        const std::string& reason, UnixMs now) {
  TRY(bool has_ended, DocumentsTable(sql).give_up(batch.tenant(), batch.id(),
                                                  batch.printed.generation, reason, now));
  if (!has_ended) return false;
  TRY_VOID(core_.publish(sql, webhooks::event_types::document_failed,
                         {.tenant = batch.tenant(),
                          .base = batch.base(),
                          .document = batch.id(),
                          .filename = batch.printed.document.filename,
                          .error = reason}));
  return true;
}

Result<void> Recognition::add_chunks(SqlSession& sql, Batch& batch, UnixMs now) {
  ChunksTable table(sql);
  auto chunks = batch.collector.chunks();
  std::int64_t removed = 0;
  if (batch.printed.is_awaited) {
    TRY(removed, table.remove_of_document(batch.base(), batch.id()));
  } else {
    for (auto& chunk : chunks) chunk.index += batch.printed.document.total_chunks;
  }
  TRY_VOID(table.insert(batch.tenant(), chunks,
                        {.model = core_.parts.embedder.model(),
                         .dimension = batch.vectors.dimension,
                         .values = batch.vectors.values,
                         .text_sha256 = batch.vectors.text_sha256},
                        now));
  TRY_VOID(RecognitionTable(sql).order_chunks(batch.base(), batch.id()));
  auto added = static_cast<std::int64_t>(chunks.size()) - removed;
  std::array changed{batch.id()};
  TRY_VOID(
      KnowledgeBasesTable(sql).change_chunks(batch.tenant(), batch.base(), changed, added, now));
  auto cost =
      (batch.vectors.tokens * core_.settings.price_per_million_tokens + 999'999) / 1'000'000;
  billing::Charge charge{.operation = "document_recognition",
                         .reference = batch.id().to_string() + ":" +
                                      std::to_string(batch.printed.generation) + ":" +
                                      std::to_string(batch.pages.front()),
                         .base = cost};
  JsonWriter writer(charge.details);
  writer.begin_object()
      .field("kb_id", batch.base())
      .field("filename", batch.printed.document.filename)
      .field("pages", batch.pages.size())
      .field("embedding_tokens", batch.vectors.tokens)
      .end_object();
  TRY_VOID(core_.parts.billing.charge(sql, batch.tenant(), charge));
  return {};
}

Task<Result<JobOutcome>> Recognition::settle_failure(CallContext context, BatchPointer batch,
                                                     Error error) {
  using Kind = JobOutcome::Kind;
  if (error.code == ErrorCode::conflict || error.code == ErrorCode::cancelled)
    co_return JobOutcome{Kind::cancelled, error.message};
  log::failure("Print could not be recognised", context, error);
  auto failures = batch->printed.failures + 1;
  if (may_pass(error.code) && !batch->has_used_its_time && failures < failures_max) {
    auto noting = write(core_.parts.database, context, [&](SqlSession& sql) {
      return RecognitionTable(sql).note_failure(batch->tenant(), batch->id(),
                                                batch->printed.generation);
    });
    auto noted = co_await std::move(noting);
    if (!noted) log::failure("A failure could not be noted", context, noted.error());
    co_return JobOutcome{Kind::retry, error.message, retry_delay(failures, error.retry_after_s)};
  }
  auto giving_up = give_up(context, batch, std::move(error.message));
  auto outcome = co_await std::move(giving_up);
  co_return outcome;
}

// What was read without recognition stays; a document that has nothing else has failed.
Task<Result<JobOutcome>> Recognition::give_up(CallContext context, BatchPointer batch,
                                              std::string reason) {
  auto now = core_.parts.clock.unix_ms();
  auto writing = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    auto generation = batch->printed.generation;
    if (batch->printed.is_awaited) {
      TRY_VOID(fail_document(sql, *batch, reason, now));
      return {};
    }
    RecognisedBatch ended{.pages_before = batch->printed.pages};
    ended.processing_stats =
        with_recognition(batch->printed.document.processing_stats, 0, 0, reason);
    TRY_VOID(RecognitionTable(sql).take_off(batch->tenant(), batch->id(), generation, ended, now));
    return {};
  });
  auto written = co_await std::move(writing);
  if (!written) co_return JobOutcome{JobOutcome::Kind::retry, reason, database_retry};
  core_.tell_changed(batch->tenant(), batch->base(), batch->id());
  co_return JobOutcome{};
}

}  // namespace aiva::knowledge
