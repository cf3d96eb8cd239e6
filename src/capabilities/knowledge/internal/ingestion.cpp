#include "capabilities/knowledge/internal/ingestion.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "capabilities/knowledge/internal/chunks_table.h"
#include "capabilities/knowledge/internal/ingestion_job.h"
#include "capabilities/knowledge/internal/ingestion_run.h"
#include "capabilities/knowledge/internal/knowledge_bases_table.h"
#include "capabilities/knowledge/internal/recognition_table.h"
#include "capabilities/knowledge/internal/retry.h"
#include "foundation/log.h"
#include "foundation/span.h"

namespace aiva::knowledge {

Ingestion::Ingestion(Core& core, DocumentDesk& desk)
    : core_(core),
      desk_(desk),
      completed_(core.parts.metrics.counter("aiva_documents_ingested_total",
                                            "Ingestions by how they ended",
                                            {{"outcome", "completed"}})),
      failed_(core.parts.metrics.counter("aiva_documents_ingested_total",
                                         "Ingestions by how they ended", {{"outcome", "failed"}})),
      retried_(core.parts.metrics.counter("aiva_documents_ingested_total",
                                          "Ingestions by how they ended",
                                          {{"outcome", "retried"}})),
      chunks_stored_(core.parts.metrics.counter("aiva_chunks_stored_total", "Chunks stored")),
      pages_read_(
          core.parts.metrics.counter("aiva_pages_read_total", "Pages of ingested documents")),
      duration_(core.parts.metrics.histogram(
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

  auto now = core_.parts.clock.unix_ms();
  auto taking = write(core_.parts.database, context, [&](SqlSession& sql) {
    return DocumentsTable(sql).take_over(job.tenant, *document, now);
  });
  auto taken = co_await std::move(taking);
  if (!taken) co_return JobOutcome{JobOutcome::Kind::retry, taken.error().message, database_retry};
  if (!*taken) co_return JobOutcome{};  // deleted, or it has ended already

  CollectorOptions options{.knowledge_base = (*taken)->document.knowledge_base,
                           .document = *document,
                           .cut = (*taken)->chunks,
                           .count_tokens = core_.parts.count_tokens,
                           .embedder_tokens_max = core_.parts.embedder.tokens_max(),
                           .text_bytes_max = core_.settings.document_text_bytes_max,
                           .chunks_max = core_.settings.document_chunks_max};
  auto progress =
      std::make_shared<ProgressWriter>(core_.parts.database, core_.parts.clock, core_.parts.events,
                                       job.tenant, *document, (*taken)->generation);
  ArchiveLimits limits{.files_max = core_.settings.archive_files_max,
                       .bytes_max = core_.settings.archive_bytes_max,
                       .file_bytes_max = core_.settings.document_bytes_max};
  auto run = std::make_shared<Run>(std::move(**taken), std::move(progress), std::move(options),
                                   core_.parts.objects.staging_folder(), limits);
  run->started = core_.parts.clock.steady();

  auto working_context = context;
  working_context.deadline = std::min(
      context.deadline, std::chrono::steady_clock::now() + core_.settings.ingestion_time_max);
  auto working = work(working_context, run);
  auto outcome = co_await std::move(working);
  auto took = core_.parts.clock.steady() - run->started;
  duration_.observe(std::chrono::duration<double>(took).count());
  if (outcome) co_return JobOutcome{};
  auto settling = settle_failure(without_end(context), run, std::move(outcome.error()));
  auto settled = co_await std::move(settling);
  co_return settled;
}

Task<Result<void>> Ingestion::work(CallContext context, RunPointer run) {
  Span reading_span(context, "document.read");
  auto reading = read_file(reading_span.inside(context), run);
  auto was_read = co_await std::move(reading);
  reading_span.note(was_read);
  reading_span.end();
  co_await run->progress->settle(without_end(context));
  CO_TRY_VOID(was_read);
  auto unpacking = unpack(context, run);
  CO_TRY_VOID(co_await std::move(unpacking));
  Span embedding_span(context, "document.embed");
  auto embedding = embed(embedding_span.inside(context), run);
  auto was_embedded = co_await std::move(embedding);
  embedding_span.note(was_embedded);
  embedding_span.end();
  CO_TRY_VOID(was_embedded);
  Span storing_span(context, "document.store");
  auto storing = store(storing_span.inside(context), run);
  auto was_stored = co_await std::move(storing);
  storing_span.note(was_stored);
  co_return was_stored;
}

Task<Result<void>> Ingestion::read_file(CallContext context, RunPointer run) {
  Progress progress{.percent = 5, .step = "Reading the document"};
  CO_TRY_VOID(co_await run->progress->tell(context, progress));
  auto file = co_await core_.parts.objects.local_copy(context, run->taken.object_key);
  if (!file && file.error().code == ErrorCode::not_found)
    co_return fail(ErrorCode::not_found, "The uploaded file is gone", file.error().message);
  if (!file) co_return fail(std::move(file.error()));

  DocumentSink sink;
  sink.blocks = [run](std::vector<Block> blocks) {
    run->images += std::ranges::count(blocks, BlockKind::image, &Block::kind);
    return run->collector.add(blocks);
  };
  sink.file = [run](const EmbeddedFile& embedded, std::string_view bytes, bool is_last) {
    return run->archive.take(embedded, bytes, is_last);
  };
  sink.progress = [run, context](int pages_read, int pages) {
    Progress reached{
        .percent = percent_between(5, 20, pages_read, pages),
        .step = "Reading page " + std::to_string(pages_read) + " of " + std::to_string(pages)};
    return run->progress->note(context, reached);
  };
  // An archive within an archive is not opened: what one upload grows to has a limit.
  bool is_child = !run->taken.document.parent.is_nil();
  ReadRequest request{.file_name = run->taken.document.filename, .wants_documents = !is_child};
  auto reading = core_.parts.reader.read(context, *file, std::move(request), std::move(sink));
  auto read = co_await std::move(reading);
  if (!read) {
    run->has_used_its_time = read.error().code == ErrorCode::timeout;
    co_return fail(std::move(read.error()));
  }
  run->summary = std::move(*read);
  if (is_child && run->is_archive())
    co_return fail(ErrorCode::invalid, "An archive within an archive is not opened");

  co_await run->progress->settle(without_end(context));
  progress = {.status = DocumentStatus::chunking, .percent = 25, .step = "Cutting into passages"};
  CO_TRY_VOID(co_await run->progress->tell(context, progress));
  CO_TRY_VOID(run->collector.finish());
  bool has_more = run->is_archive() || !run->archive.files().empty() ||
                  !run->summary.pages_without_text.empty();
  if (run->collector.chunks().empty() && !has_more)
    co_return fail(ErrorCode::invalid, "The document contains no text that can be read");
  co_return Result<void>{};
}

Task<Result<void>> Ingestion::embed(CallContext context, RunPointer run) {
  auto all = static_cast<std::int64_t>(run->collector.chunks().size());
  if (core_.parts.embedder.dimension() == 0 || all == 0) co_return Result<void>{};
  Progress progress{.status = DocumentStatus::embedding,
                    .percent = 45,
                    .step = "Embedding " + std::to_string(all) + " passages",
                    .total_chunks = all};
  CO_TRY_VOID(co_await run->progress->tell(context, progress));
  EmbedRequest request{.collector = {run, &run->collector},
                       .title = run->summary.title,
                       .batch = core_.settings.embedding_batch};
  request.on_progress = [context, progress, writer = run->progress, all](std::int64_t done) {
    auto reached = progress;
    reached.processed_chunks = done;
    reached.percent = percent_between(45, 80, done, all);
    return writer->tell_sometimes(context, std::move(reached));
  };
  auto embedding = embed_chunks(context, core_, std::move(request));
  CO_TRY(run->vectors, co_await std::move(embedding));
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
  auto storing = write(core_.parts.database, context,
                       [this, run](SqlSession& sql) { return write_rows(sql, *run); });
  CO_TRY_VOID(co_await std::move(storing));
  core_.index.follow(run->tenant(), run->base());
  if (!run->summary.pages_without_text.empty() || !core_.settings.figures_job.empty())
    core_.parts.jobs.wake();
  if (run->awaits_recognition()) {
    if (core_.parts.events != nullptr) core_.parts.events->publish(run->id());
    co_return Result<void>{};
  }
  if (!run->taken.obsolete_key.empty()) {
    auto removing = core_.remove_objects(context, {run->taken.obsolete_key});
    co_await std::move(removing);
  }
  completed_.add();
  chunks_stored_.add(static_cast<double>(run->collector.chunks().size()));
  pages_read_.add(run->summary.pages_read);
  tell_ended(*run, DocumentStatus::completed);
  co_return Result<void>{};
}

Result<void> Ingestion::write_rows(SqlSession& sql, Run& run) const {
  auto now = core_.parts.clock.unix_ms();
  const auto& chunks = run.collector.chunks();
  CompletedDocument completed{
      .file_type = std::string(to_string(run.summary.format)),
      .title = run.summary.title,
      .language = run.summary.language,
      .page_count = run.summary.pages,
      .is_partial = run.summary.pages_read < run.summary.pages,
      .total_chunks = static_cast<std::int64_t>(chunks.size()),
      .processing_stats = statistics_of(run),
      .embedding_model = core_.parts.embedder.model(),
      .pages_to_recognise = RecognitionTable::write_pages(run.summary.pages_without_text)};
  DocumentsTable documents(sql);
  auto written =
      run.awaits_recognition()
          ? documents.await_recognition(run.tenant(), run.id(), run.taken.generation, completed,
                                        now)
          : documents.complete(run.tenant(), run.id(), run.taken.generation, completed, now);
  TRY(auto is_ours, std::move(written));
  if (!is_ours) return fail(ErrorCode::conflict, "Somebody else has taken over the document");
  TRY_VOID(core_.parts.billing.charge(sql, run.tenant(), charge_for(run)));
  TRY_VOID(core_.parts.jobs.cancel(sql, recognise_job_kind, run.id().to_string()));
  if (!run.summary.pages_without_text.empty())
    TRY_VOID(core_.parts.jobs.enqueue(sql, make_recognition_job(run.tenant(), run.id())));
  const auto& figures_job = core_.settings.figures_job;
  if (!figures_job.empty() && run.may_have_figures()) {
    TRY_VOID(core_.parts.jobs.cancel(sql, figures_job, run.id().to_string()));
    TRY_VOID(core_.parts.jobs.enqueue(sql, make_figures_job(run.tenant(), run.id(), figures_job)));
  }
  if (run.awaits_recognition()) return {};
  if (!run.taken.is_reread)
    TRY_VOID(core_.publish(sql, webhooks::event_types::document_completed,
                           {.tenant = run.tenant(),
                            .base = run.base(),
                            .document = run.id(),
                            .filename = run.taken.document.filename,
                            .pages = run.summary.pages,
                            .chunks = std::ssize(chunks)}));
  ChunksTable table(sql);
  TRY(auto removed, table.remove_of_document(run.base(), run.id()));
  TRY_VOID(table.insert(run.tenant(), chunks,
                        {.model = core_.parts.embedder.model(),
                         .dimension = run.vectors.dimension,
                         .values = run.vectors.values,
                         .text_sha256 = run.vectors.text_sha256},
                        now));
  auto added = static_cast<std::int64_t>(chunks.size()) - removed;
  std::array changed{run.id()};
  TRY_VOID(KnowledgeBasesTable(sql).change_chunks(run.tenant(), run.base(), changed, added, now));
  return {};
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
  bool is_final = run->has_used_its_time || !may_pass(error.code);
  if (!is_final && failures < failures_max) {
    auto delay = retry_delay(failures, error.retry_after_s);
    auto waiting = put_back(context, run, failures, JobOutcome{Kind::retry, error.message, delay});
    auto outcome = co_await std::move(waiting);
    co_return outcome;
  }
  if (!is_final)
    error.message = "Given up after " + std::to_string(failures) + " attempts: " + error.message;
  auto giving_up = give_up(context, run, std::move(error.message));
  auto outcome = co_await std::move(giving_up);
  co_return outcome;
}

Task<Result<JobOutcome>> Ingestion::put_back(CallContext context, RunPointer run, int failures,
                                             JobOutcome outcome) {
  auto now = core_.parts.clock.unix_ms();
  auto is_retry = outcome.kind == JobOutcome::Kind::retry;
  auto step = is_retry ? "Waiting to try again: " + outcome.error : std::string("Waiting");
  auto writing = write(core_.parts.database, context, [&](SqlSession& sql) {
    return DocumentsTable(sql).put_back(run->tenant(), run->id(), run->taken.generation, failures,
                                        step, now);
  });
  auto written = co_await std::move(writing);
  if (!written) log::failure("A document could not be put back", context, written.error());
  if (is_retry) retried_.add();
  if (core_.parts.events != nullptr) core_.parts.events->publish(run->id());
  co_return outcome;
}

Task<Result<JobOutcome>> Ingestion::give_up(CallContext context, RunPointer run,
                                            std::string reason) {
  auto now = core_.parts.clock.unix_ms();
  auto writing = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    TRY(auto has_ended,
        DocumentsTable(sql).give_up(run->tenant(), run->id(), run->taken.generation, reason, now));
    if (!has_ended) return {};
    return core_.publish(sql, webhooks::event_types::document_failed,
                         {.tenant = run->tenant(),
                          .base = run->base(),
                          .document = run->id(),
                          .filename = run->taken.document.filename,
                          .error = reason});
  });
  auto written = co_await std::move(writing);
  if (!written) co_return JobOutcome{JobOutcome::Kind::retry, reason, database_retry};
  failed_.add();
  tell_ended(*run, DocumentStatus::failed);
  co_return JobOutcome{};
}

Task<Result<JobOutcome>> Ingestion::bury(CallContext context, Job job, DocumentId document) {
  auto now = core_.parts.clock.unix_ms();
  auto reason = "Given up after it was interrupted " + std::to_string(job.attempts) + " times";
  if (!job.last_error.empty()) reason += "; the last error was: " + job.last_error;
  auto writing = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<bool> {
    DocumentsTable documents(sql);
    TRY(bool is_ended, documents.end(job.tenant, document, DocumentStatus::failed, reason, now));
    if (!is_ended) return false;
    TRY(auto row, documents.get(job.tenant, document));
    TRY_VOID(core_.publish(sql, webhooks::event_types::document_failed,
                           {.tenant = job.tenant,
                            .base = row.knowledge_base,
                            .document = document,
                            .filename = row.filename,
                            .error = reason}));
    return true;
  });
  CO_TRY(auto has_ended, co_await std::move(writing));
  if (has_ended) {
    failed_.add();
    if (core_.parts.events != nullptr) core_.parts.events->publish(document);
  }
  co_return JobOutcome{JobOutcome::Kind::dead, reason};
}

void Ingestion::tell_ended(const Run& run, DocumentStatus status) {
  core_.cache.invalidate(run.tenant(), run.base());
  if (core_.parts.events != nullptr) core_.parts.events->publish(run.id());
  auto id = run.id().to_string();
  auto took = core_.parts.clock.steady() - run.started;
  log::info("Document ingested",
            {{"document_id", id},
             {"status", to_string(status)},
             {"pages", run.summary.pages_read},
             {"chunks", run.collector.chunks().size()},
             {"time_ms", std::chrono::duration_cast<std::chrono::milliseconds>(took).count()}});
}

}  // namespace aiva::knowledge
