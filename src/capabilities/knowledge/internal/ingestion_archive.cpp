#include <set>
#include <string>
#include <utility>

#include "capabilities/knowledge/internal/documents_table.h"
#include "capabilities/knowledge/internal/ingestion_run.h"
#include "capabilities/knowledge/internal/knowledge_bases_table.h"
#include "capabilities/knowledge/internal/validation.h"
#include "capabilities/knowledge/internal/versions_table.h"

namespace aiva::knowledge {
namespace {

// Whether a file out of an archive was refused for what it is; the others may still come in.
bool is_about_the_file(ErrorCode code) {
  return code == ErrorCode::invalid || code == ErrorCode::too_large || code == ErrorCode::conflict;
}

std::string reason_of(const Error& error) {
  if (error.details.empty()) return error.message;
  return error.details.front().field + " " + error.details.front().message;
}

}  // namespace

// Hands in what came out of an archive. Done again after an interruption, it finds the same files
// to be there already.
Task<Result<void>> Ingestion::unpack(CallContext context, RunPointer run) {
  if (!run->is_archive() && run->archive.files().empty()) co_return Result<void>{};
  auto adding = add_children(context, run);
  CO_TRY_VOID(co_await std::move(adding));
  auto removing = remove_old_children(context, run);
  CO_TRY_VOID(co_await std::move(removing));
  co_return Result<void>{};
}

Task<Result<void>> Ingestion::add_children(CallContext context, RunPointer run) {
  auto reading = read(core_.parts.database, context, [&](SqlSession& sql) {
    return KnowledgeBasesTable(sql).get(run->tenant(), run->base());
  });
  CO_TRY(auto row, co_await std::move(reading));
  auto base = std::make_shared<const KnowledgeBase>(std::move(row));
  auto all = static_cast<std::int64_t>(run->archive.files().size());
  std::int64_t done = 0;
  for (const auto& file : run->archive.files()) {
    CO_TRY_VOID(context.check());
    Progress progress{
        .status = DocumentStatus::processing,
        .percent = percent_between(25, 45, done, all),
        .step = "Taking out file " + std::to_string(done + 1) + " of " + std::to_string(all)};
    CO_TRY_VOID(co_await run->progress->tell_sometimes(context, progress));
    NewDocument child{.filename = file.name,
                      .staged_path = file.staged.string(),
                      .size_bytes = file.size_bytes,
                      .content_sha256 = file.content_sha256,
                      .metadata = run->taken.document.metadata,
                      .parent = run->id(),
                      .has_path = true};
    auto adding = desk_.add(context, base, std::move(child));
    auto added = co_await std::move(adding);
    ++done;
    if (added && added->is_duplicate) ++run->children_known;
    if (added && !added->is_duplicate) ++run->children_added;
    if (added) continue;
    if (!is_about_the_file(added.error().code)) co_return fail(std::move(added.error()));
    run->archive.failures().push_back({file.name, reason_of(added.error())});
  }
  co_return Result<void>{};
}

// A newer version of an archive does away with documents it holds no more.
Task<Result<void>> Ingestion::remove_old_children(CallContext context, RunPointer run) {
  std::set<std::string> names;
  for (const auto& file : run->archive.files()) names.insert(tidy_path(file.name));
  std::vector<DocumentId> old;
  auto reading = read(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    TRY(auto children, VersionsTable(sql).children(run->tenant(), run->id()));
    for (auto child : children) {
      TRY(auto document, DocumentsTable(sql).get(run->tenant(), child));
      if (!names.contains(document.filename)) old.push_back(child);
    }
    return {};
  });
  CO_TRY_VOID(co_await std::move(reading));
  for (auto child : old) {
    auto removing = desk_.remove(context, child);
    auto removed = co_await std::move(removing);
    if (!removed && removed.error().code != ErrorCode::not_found)
      co_return fail(std::move(removed.error()));
  }
  co_return Result<void>{};
}

}  // namespace aiva::knowledge
