#include "capabilities/evaluation/internal/recutting.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>

#include "capabilities/evaluation/internal/lanes.h"
#include "capabilities/evaluation/internal/row_scan.h"
#include "capabilities/knowledge/document_file.h"
#include "foundation/json.h"

namespace aiva::evaluation {
namespace {

namespace fs = std::filesystem;

// Nobody else works on a workshop's queue, so a lease need not end before the evaluation.
constexpr auto lease = std::chrono::hours(24);
constexpr const char* worker_name = "evaluation";
constexpr std::size_t details_max = 20;

std::string settings_of(const knowledge::KnowledgeBase& base, knowledge::ChunkSettings chunks) {
  auto parsed = json::parse(base.settings);
  json::Object settings = parsed && parsed->is_object() ? parsed->get_object() : json::Object();
  settings.erase("chunk_size");
  settings.erase("chunk_overlap");
  if (chunks.chunk_size > 0) settings["chunk_size"] = chunks.chunk_size;
  if (chunks.chunk_overlap > 0) settings["chunk_overlap"] = chunks.chunk_overlap;
  return json::to_text(settings);
}

// Whether the document's own text is searched; of an archive only what came out of it is.
bool is_wanted(const knowledge::Document& document) {
  return document.is_served && document.file_type != "zip";
}

// A second name for the file where the disk allows it, else a copy.
Result<void> link_or_copy(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_hard_link(from, to, error);
  if (!error) return {};
  fs::copy_file(from, to, error);
  if (error)
    return fail(ErrorCode::unavailable, "Cannot copy a document for the evaluation",
                error.message());
  return {};
}

class Recutting {
 public:
  Recutting(CallContext context, const EvaluationParts& parts, RecutRequest request)
      : outer_(std::move(context)), parts_(parts), request_(std::move(request)) {}

  Task<Result<RecutBase>> run() {
    CO_TRY(recut_.workshop, parts_.open_workshop());
    inner_ = recut_.context(outer_);
    knowledge::NewKnowledgeBase base{.name = request_.base->name,
                                     .type = request_.base->type,
                                     .settings = settings_of(*request_.base, request_.chunks)};
    CO_TRY(auto made, co_await knowledge().create(inner_, std::move(base)));
    recut_.base = made->id;
    CO_TRY_VOID(co_await copy_documents());
    auto width = std::max<std::size_t>(request_.width, 1);
    CO_TRY_VOID(co_await run_lanes(inner_, width, width, [this](std::size_t) { return work(); }));
    CO_TRY_VOID(inner_.check());
    CO_TRY_VOID(co_await check_documents());
    co_return std::move(recut_);
  }

 private:
  knowledge::Knowledge& knowledge() { return recut_.workshop->subject().knowledge; }

  Task<Result<void>> copy_documents() {
    for (const auto& document : request_.documents) {
      if (!is_wanted(document)) continue;
      CO_TRY_VOID(outer_.check());
      CO_TRY_VOID(co_await copy(document));
    }
    co_return Result<void>();
  }

  Task<Result<void>> copy(const knowledge::Document& document) {
    auto finding =
        knowledge::find_document_file(parts_.database, parts_.objects, outer_, document.id);
    CO_TRY(auto file, co_await std::move(finding));
    auto target = recut_.workshop->objects().staging_folder() / Uuid::make().to_string();
    auto copying = run_on(parts_.files, outer_, [from = std::move(file.path), target] {
      return link_or_copy(from, target);
    });
    CO_TRY_VOID(co_await std::move(copying));
    knowledge::NewDocument copied{.filename = document.filename,
                                  .staged_path = target.string(),
                                  .size_bytes = document.file_size_bytes,
                                  .content_sha256 = document.content_sha256,
                                  .metadata = document.metadata,
                                  .has_path = true,
                                  .keeps_both = true};
    auto adding = knowledge().add_document(inner_, recut_.base, std::move(copied));
    CO_TRY(auto added, co_await std::move(adding));
    recut_.aliases.emplace(added.document.id, document.id);
    co_return Result<void>();
  }

  // Does jobs until there is none that is due.
  Task<Result<void>> work() {
    auto& queue = recut_.workshop->jobs();
    for (;;) {
      CO_TRY_VOID(inner_.check());
      std::vector<std::string> kinds{knowledge::ingest_job_kind, knowledge::recognise_job_kind};
      CO_TRY(auto jobs, co_await queue.lease(inner_, std::move(kinds), 1, worker_name, lease));
      if (jobs.empty()) co_return Result<void>();
      auto job = std::move(jobs.front());
      bool is_reading = job.kind == knowledge::ingest_job_kind;
      auto id = job.id;
      auto running = knowledge().work().run(inner_, std::move(job));
      CO_TRY(auto outcome, co_await std::move(running));
      CO_TRY_VOID(co_await queue.finish(inner_, id, worker_name, std::move(outcome)));
      if (is_reading) tell();
    }
  }

  void tell() {
    std::lock_guard lock(mutex_);
    ++read_;
    if (request_.on_read) request_.on_read(read_);
  }

  // Everything that was read before must have been read now, or the settings do not compare.
  Task<Result<void>> check_documents() {
    CO_TRY(auto documents, co_await list_documents(inner_, knowledge(), recut_.base));
    Error error{.code = ErrorCode::unavailable,
                .message = "Documents could not be read again for the evaluation"};
    for (const auto& document : documents) {
      if (document.status == knowledge::DocumentStatus::completed) continue;
      if (error.details.size() == details_max) break;
      auto reason = document.error_message.empty() ? std::string("was not read to its end")
                                                   : document.error_message;
      error.details.push_back({document.filename, std::move(reason)});
    }
    if (!error.details.empty()) co_return fail(std::move(error));
    co_return Result<void>();
  }

  CallContext outer_;
  CallContext inner_;
  const EvaluationParts& parts_;
  RecutRequest request_;
  RecutBase recut_;
  std::mutex mutex_;
  std::size_t read_ = 0;
};

}  // namespace

Task<Result<RecutBase>> recut(CallContext context, const EvaluationParts& parts,
                              RecutRequest request) {
  Recutting recutting(std::move(context), parts, std::move(request));
  auto made = co_await recutting.run();
  co_return made;
}

}  // namespace aiva::evaluation
