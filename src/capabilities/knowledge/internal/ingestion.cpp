#include "capabilities/knowledge/internal/ingestion.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <utility>

#include "capabilities/knowledge/internal/chunk_collector.h"
#include "capabilities/knowledge/internal/chunks_table.h"
#include "capabilities/knowledge/internal/knowledge_bases_table.h"
#include "capabilities/knowledge/internal/progress_writer.h"
#include "foundation/json_writer.h"
#include "foundation/log.h"

namespace aiva::knowledge {
namespace {

constexpr int failures_max = 5;
constexpr std::chrono::seconds retry_base{2};
constexpr int retry_growth = 4;
constexpr std::chrono::minutes retry_longest{10};
constexpr std::chrono::seconds database_retry{5};

// Whether the same document may succeed when it is tried again later.
bool may_pass(ErrorCode code) {
  switch (code) {
    case ErrorCode::unavailable:
    case ErrorCode::timeout:
    case ErrorCode::rate_limited:
    case ErrorCode::internal: return true;
    case ErrorCode::invalid:
    case ErrorCode::unauthenticated:
    case ErrorCode::forbidden:
    case ErrorCode::not_found:
    case ErrorCode::conflict:
    case ErrorCode::too_large:
    case ErrorCode::quota_exceeded:
    case ErrorCode::cancelled: return false;
  }
  return false;
}

// 2 s, 8 s, 32 s, … with up to a fifth more, so that what failed together does not return together.
std::chrono::milliseconds retry_delay(int failures, int retry_after_s) {
  std::chrono::milliseconds delay = retry_base;
  for (int i = 1; i < failures && delay < retry_longest; ++i) delay *= retry_growth;
  delay = std::max(delay, std::chrono::milliseconds(std::chrono::seconds(retry_after_s)));
  delay = std::min<std::chrono::milliseconds>(delay, retry_longest);
  std::minstd_rand random(std::random_device{}());
  std::uniform_int_distribution<std::int64_t> spread(0, delay.count() / 5);
  return delay + std::chrono::milliseconds(spread(random));
}

// For what must be written although the job itself shall stop.
CallContext without_end(CallContext context) {
  context.cancellation = {};
  context.deadline = std::chrono::steady_clock::time_point::max();
  return context;
}

// The share of [low, high] that done of all is.
int percent_between(int low, int high, std::int64_t done, std::int64_t all) {
  if (all <= 0) return low;
  return low + static_cast<int>((high - low) * std::clamp<std::int64_t>(done, 0, all) / all);
}

}  // namespace

// One document being ingested; shared with the reader's callbacks.
struct Ingestion::Run {
  Run(TakenDocument document, std::shared_ptr<ProgressWriter> writer, CollectorOptions options)
      : taken(std::move(document)), progress(std::move(writer)), collector(std::move(options)) {}

  TakenDocument taken;
  std::shared_ptr<ProgressWriter> progress;
  ChunkCollector collector;
  DocumentSummary summary{};
  std::vector<float> vectors{};
  std::size_t dimension = 0;
  std::int64_t embedding_tokens = 0;
  std::chrono::steady_clock::time_point started{};

  [[nodiscard]] TenantId tenant() const { return taken.document.tenant; }
  [[nodiscard]] DocumentId id() const { return taken.document.id; }
  [[nodiscard]] KnowledgeBaseId base() const { return taken.document.knowledge_base; }
};

Ingestion::Ingestion(const KnowledgeParts& parts, const KnowledgeSettings& settings,
                     BaseCache& cache, IndexKeeper& index)
    : parts_(parts),
      settings_(settings),
      cache_(cache),
      index_(index),
      completed_(parts.metrics.counter("aiva_documents_ingested_total",
                                       "Ingestions by how they ended", {{"outcome", "completed"}})),
      failed_(parts.metrics.counter("aiva_documents_ingested_total", "Ingestions by how they ended",
                                    {{"outcome", "failed"}})),
      retried_(parts.metrics.counter("aiva_documents_ingested_total",
                                     "Ingestions by how they ended", {{"outcome", "retried"}})),
      chunks_stored_(parts.metrics.counter("aiva_chunks_stored_total", "Chunks stored")),
      pages_read_(parts.metrics.counter("aiva_pages_read_total", "Pages of ingested documents")),
      duration_(parts.metrics.histogram(
          "aiva_ingestion_duration_seconds", "From taking up a document to its end",
          {0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600})) {}

Task<Result<JobOutcome>> Ingestion::run(CallContext context, Job job) {
  context.tenant = job.tenant;
  auto document = DocumentId::parse(job.subject);
  if (!document) co_return JobOutcome{JobOutcome::Kind::dead, "The job names no document"};
  if (job.state == JobState::dead) {
    auto burying = bury(context, job, *document);
    auto outcome = co_await std::move(burying);
    co_return outcome;
  }

  auto now = parts_.clock.unix_ms();
  auto taking = write(parts_.database, context, [&](SqlSession& sql) {
    return DocumentsTable(sql).take_over(job.tenant, *document, now);
  });
  auto taken = co_await std::move(taking);
  if (!taken) co_return JobOutcome{JobOutcome::Kind::retry, taken.error().message, database_retry};
  if (!*taken) co_return JobOutcome{};  // deleted, or it has ended already

  CollectorOptions options{.knowledge_base = (*taken)->document.knowledge_base,
                           .document = *document,
                           .cut = (*taken)->chunks,
                           .count_tokens = parts_.count_tokens,
                           .embedder_tokens_max = parts_.embedder.tokens_max(),
                           .text_bytes_max = settings_.document_text_bytes_max,
                           .chunks_max = settings_.document_chunks_max};
  auto progress = std::make_shared<ProgressWriter>(parts_.database, parts_.clock, parts_.events,
                                                   job.tenant, *document, (*taken)->generation);
  auto run = std::make_shared<Run>(std::move(**taken), std::move(progress), std::move(options));
  run->started = parts_.clock.steady();

  auto working_context = context;
  working_context.deadline =
      std::min(context.deadline, std::chrono::steady_clock::now() + settings_.ingestion_time_max);
  auto working = work(working_context, run);
  auto outcome = co_await std::move(working);
  auto took = parts_.clock.steady() - run->started;
  duration_.observe(std::chrono::duration<double>(took).count());
  if (outcome) co_return JobOutcome{};
  auto settling = settle_failure(without_end(context), run, std::move(outcome.error()));
  auto settled = co_await std::move(settling);
  co_return settled;
}

Task<Result<void>> Ingestion::work(CallContext context, RunPointer run) {
  auto reading = read_file(context, run);
  auto was_read = co_await std::move(reading);
  co_await run->progress->settle(without_end(context));
  CO_TRY_VOID(was_read);
  auto embedding = embed(context, run);
  CO_TRY_VOID(co_await std::move(embedding));
  auto storing = store(context, run);
  CO_TRY_VOID(co_await std::move(storing));
  co_return Result<void>{};
}

Task<Result<void>> Ingestion::read_file(CallContext context, RunPointer run) {
  Progress progress{.percent = 5, .step = "Reading the document"};
  CO_TRY_VOID(co_await run->progress->tell(context, progress));
  auto file = co_await parts_.objects.local_copy(context, run->taken.object_key);
  if (!file && file.error().code == ErrorCode::not_found)
    co_return fail(ErrorCode::not_found, "The uploaded file is gone", file.error().message);
  if (!file) co_return fail(std::move(file.error()));

  DocumentSink sink;
  sink.blocks = [run](std::vector<Block> blocks) { return run->collector.add(blocks); };
  sink.progress = [run, context](int pages_read, int pages) {
    Progress reached{
        .percent = percent_between(5, 20, pages_read, pages),
        .step = "Reading page " + std::to_string(pages_read) + " of " + std::to_string(pages)};
    return run->progress->note(context, reached);
  };
  ReadRequest request{.file_name = run->taken.document.filename};
  auto reading = parts_.reader.read(context, *file, std::move(request), std::move(sink));
  CO_TRY(run->summary, co_await std::move(reading));

  co_await run->progress->settle(without_end(context));
  progress = {.status = DocumentStatus::chunking, .percent = 25, .step = "Cutting into passages"};
  CO_TRY_VOID(co_await run->progress->tell(context, progress));
  CO_TRY_VOID(run->collector.finish());
  if (run->collector.chunks().empty())
    co_return fail(ErrorCode::invalid, "The document contains no text that can be read");
  co_return Result<void>{};
}

Task<Result<void>> Ingestion::embed(CallContext context, RunPointer run) {
  const auto& chunks = run->collector.chunks();
  auto all = static_cast<std::int64_t>(chunks.size());
  run->dimension = parts_.embedder.dimension();
  if (run->dimension == 0) co_return Result<void>{};  // no embedder: keywords must do
  run->vectors.reserve(chunks.size() * run->dimension);
  Progress progress{.status = DocumentStatus::embedding,
                    .percent = 45,
                    .step = "Embedding " + std::to_string(all) + " passages",
                    .total_chunks = all};
  CO_TRY_VOID(co_await run->progress->tell(context, progress));
  auto batch_max = std::max<std::size_t>(settings_.embedding_batch, 1);
  for (std::size_t first = 0; first < chunks.size(); first += batch_max) {
    CO_TRY_VOID(context.check());
    auto last = std::min(first + batch_max, chunks.size());
    std::vector<std::string> texts;
    texts.reserve(last - first);
    for (auto i = first; i < last; ++i)
      texts.push_back(run->collector.text_to_embed(i, run->summary.title));
    auto embedding = parts_.embedder.embed(context, std::move(texts));
    CO_TRY(auto embedded, co_await std::move(embedding));
    if (embedded.dimension != run->dimension || embedded.model != parts_.embedder.model() ||
        embedded.values.size() != (last - first) * run->dimension)
      co_return fail(internal_error("The embedder answered vectors of another shape"));
    run->vectors.insert(run->vectors.end(), embedded.values.begin(), embedded.values.end());
    run->embedding_tokens += embedded.tokens;
    progress.processed_chunks = static_cast<std::int64_t>(last);
    progress.percent = percent_between(45, 80, progress.processed_chunks, all);
    CO_TRY_VOID(co_await run->progress->tell_sometimes(context, progress));
  }
  co_return Result<void>{};
}

Task<Result<void>> Ingestion::store(CallContext context, RunPointer run) {
  auto all = static_cast<std::int64_t>(run->collector.chunks().size());
  Progress progress{.status = DocumentStatus::storing,
                    .percent = 85,
                    .step = "Storing",
                    .total_chunks = all,
                    .processed_chunks = all};
  CO_TRY_VOID(co_await run->progress->tell(context, progress));
  VectorChange change;
  auto storing = write(parts_.database, context, [this, run, &change](SqlSession& sql) {
    return write_rows(sql, *run, change);
  });
  CO_TRY_VOID(co_await std::move(storing));

  if (run->dimension > 0)
    for (const auto& chunk : run->collector.chunks()) change.added.push_back(chunk.id);
  change.values = std::move(run->vectors);
  index_.apply(run->base(), std::move(change));
  completed_.add();
  chunks_stored_.add(static_cast<double>(run->collector.chunks().size()));
  pages_read_.add(run->summary.pages_read);
  tell_ended(*run, DocumentStatus::completed);
  co_return Result<void>{};
}

Result<void> Ingestion::write_rows(SqlSession& sql, Run& run, VectorChange& change) const {
  auto now = parts_.clock.unix_ms();
  const auto& chunks = run.collector.chunks();
  CompletedDocument completed{.file_type = std::string(to_string(run.summary.format)),
                              .title = run.summary.title,
                              .page_count = run.summary.pages,
                              .is_partial = run.summary.pages_read < run.summary.pages,
                              .total_chunks = static_cast<std::int64_t>(chunks.size()),
                              .processing_stats = statistics_of(run)};
  TRY(auto is_ours,
      DocumentsTable(sql).complete(run.tenant(), run.id(), run.taken.generation, completed, now));
  if (!is_ours) return fail(ErrorCode::conflict, "Somebody else has taken over the document");
  ChunksTable table(sql);
  TRY(change.removed, table.remove_of_document(run.base(), run.id()));
  TRY_VOID(
      table.insert(run.tenant(), chunks, parts_.embedder.model(), run.dimension, run.vectors, now));
  auto added =
      static_cast<std::int64_t>(chunks.size()) - static_cast<std::int64_t>(change.removed.size());
  TRY(change.to_version, KnowledgeBasesTable(sql).add_chunks(run.tenant(), run.base(), added, now));
  change.from_version = change.to_version - 1;
  TRY_VOID(parts_.billing.charge(sql, run.tenant(), charge_for(run)));
  return {};
}

billing::Charge Ingestion::charge_for(const Run& run) const {
  auto embedding_cost =
      (run.embedding_tokens * settings_.price_per_million_tokens + 999'999) / 1'000'000;
  auto page_cost = std::max(run.summary.pages_read, 1) * settings_.price_per_page;
  billing::Charge charge{.operation = "document",
                         .reference = run.id().to_string(),
                         .base = page_cost + embedding_cost};
  JsonWriter writer(charge.details);
  writer.begin_object()
      .field("kb_id", run.base())
      .field("filename", run.taken.document.filename)
      .field("pages", run.summary.pages_read)
      .field("embedding_tokens", run.embedding_tokens)
      .field("embedding_model", parts_.embedder.model())
      .end_object();
  return charge;
}

std::string Ingestion::statistics_of(const Run& run) const {
  auto by_type = run.collector.chunks_by_type();
  auto took = parts_.clock.steady() - run.started;
  std::string text;
  JsonWriter writer(text);
  writer.begin_object()
      .field("total_pages", run.summary.pages)
      .field("pages_read", run.summary.pages_read)
      .field("total_chunks", run.collector.chunks().size())
      .field("extracted_images", 0)
      .field("detected_tables", run.collector.tables())
      .field("table_chunks_added", by_type["table"])
      .field("total_tokens", run.collector.tokens())
      .field("embedding_tokens", run.embedding_tokens)
      .field("processing_time_ms",
             std::chrono::duration_cast<std::chrono::milliseconds>(took).count())
      .key("chunks_by_type")
      .begin_object();
  for (const auto& [type, count] : by_type)
    if (count > 0) writer.field(type, count);
  writer.end_object()
      .field("embedding_model", parts_.embedder.model())
      .field("vector_dimension", run.dimension)
      .field("is_partial", run.summary.pages_read < run.summary.pages);
  if (!run.summary.partial_reason.empty())
    writer.field("partial_reason", run.summary.partial_reason);
  writer.end_object();
  return text;
}

Task<Result<JobOutcome>> Ingestion::settle_failure(CallContext context, RunPointer run,
                                                   Error error) {
  using Kind = JobOutcome::Kind;
  // Somebody else works on the document, or it was cancelled or deleted: nothing to write.
  if (error.code == ErrorCode::conflict) co_return JobOutcome{Kind::cancelled, error.message};
  if (error.code == ErrorCode::cancelled) {
    auto stopped =
        put_back(context, run, run->taken.failures, JobOutcome{Kind::cancelled, error.message});
    auto outcome = co_await std::move(stopped);
    co_return outcome;
  }
  log::failure("A document could not be ingested", context, error);
  auto failures = run->taken.failures + 1;
  if (may_pass(error.code) && failures < failures_max) {
    auto delay = retry_delay(failures, error.retry_after_s);
    auto waiting = put_back(context, run, failures, JobOutcome{Kind::retry, error.message, delay});
    auto outcome = co_await std::move(waiting);
    co_return outcome;
  }
  if (may_pass(error.code))
    error.message = "Given up after " + std::to_string(failures) + " attempts: " + error.message;
  auto giving_up = give_up(context, run, std::move(error.message));
  auto outcome = co_await std::move(giving_up);
  co_return outcome;
}

Task<Result<JobOutcome>> Ingestion::put_back(CallContext context, RunPointer run, int failures,
                                             JobOutcome outcome) {
  auto now = parts_.clock.unix_ms();
  auto is_retry = outcome.kind == JobOutcome::Kind::retry;
  auto step = is_retry ? "Waiting to try again: " + outcome.error : std::string("Waiting");
  auto writing = write(parts_.database, context, [&](SqlSession& sql) {
    return DocumentsTable(sql).put_back(run->tenant(), run->id(), run->taken.generation, failures,
                                        step, now);
  });
  auto written = co_await std::move(writing);
  if (!written) log::failure("A document could not be put back", context, written.error());
  if (is_retry) retried_.add();
  if (parts_.events != nullptr) parts_.events->publish(run->id());
  co_return outcome;
}

Task<Result<JobOutcome>> Ingestion::give_up(CallContext context, RunPointer run,
                                            std::string reason) {
  auto now = parts_.clock.unix_ms();
  auto writing = write(parts_.database, context, [&](SqlSession& sql) {
    return DocumentsTable(sql).give_up(run->tenant(), run->id(), run->taken.generation, reason,
                                       now);
  });
  auto written = co_await std::move(writing);
  if (!written) co_return JobOutcome{JobOutcome::Kind::retry, reason, database_retry};
  failed_.add();
  tell_ended(*run, DocumentStatus::failed);
  co_return JobOutcome{};
}

Task<Result<JobOutcome>> Ingestion::bury(CallContext context, Job job, DocumentId document) {
  auto now = parts_.clock.unix_ms();
  auto reason = "Given up after it was interrupted " + std::to_string(job.attempts) + " times";
  if (!job.last_error.empty()) reason += "; the last error was: " + job.last_error;
  auto writing = write(parts_.database, context, [&](SqlSession& sql) {
    return DocumentsTable(sql).end(job.tenant, document, DocumentStatus::failed, reason, now);
  });
  CO_TRY(auto has_ended, co_await std::move(writing));
  if (has_ended) {
    failed_.add();
    if (parts_.events != nullptr) parts_.events->publish(document);
  }
  co_return JobOutcome{JobOutcome::Kind::dead, reason};
}

void Ingestion::tell_ended(const Run& run, DocumentStatus status) {
  cache_.invalidate(run.tenant(), run.base());
  if (parts_.events != nullptr) parts_.events->publish(run.id());
  auto id = run.id().to_string();
  auto took = parts_.clock.steady() - run.started;
  log::info("Document ingested",
            {{"document_id", id},
             {"status", to_string(status)},
             {"pages", run.summary.pages_read},
             {"chunks", run.collector.chunks().size()},
             {"time_ms", std::chrono::duration_cast<std::chrono::milliseconds>(took).count()}});
}

}  // namespace aiva::knowledge
