#include "library.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "foundation/crypto.h"

namespace aiva::bench {
namespace {

template <class T>
T must(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s: %s\n", result.error().message.c_str(), result.error().cause.c_str());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

int count_words(std::string_view text) {
  return 1 + static_cast<int>(std::ranges::count(text, ' '));
}

}  // namespace

Library::Library(std::size_t dimension)
    : embedder_(dimension),
      jobs_(make_job_table(*database_, clock_)),
      index_(must(make_segment_index({.folder = folder_.path(), .compute = &compute_}, metrics_))),
      billing_(billing::make_billing(*database_, clock_, {})),
      knowledge_(knowledge::make_knowledge({.database = *database_,
                                            .objects = objects_,
                                            .jobs = *jobs_,
                                            .reader = reader_,
                                            .embedder = embedder_,
                                            .count_tokens = count_words,
                                            .index = *index_,
                                            .billing = *billing_,
                                            .clock = clock_,
                                            .metrics = metrics_},
                                           {})),
      catalog_(knowledge::make_document_catalog(*database_)),
      search_(search::make_search({.database = *database_,
                                   .knowledge = *knowledge_,
                                   .catalog = *catalog_,
                                   .embedder = embedder_,
                                   .index = *index_,
                                   .billing = *billing_,
                                   .clock = clock_,
                                   .metrics = metrics_},
                                  {.cache_time = std::chrono::seconds(0)})) {}

KnowledgeBaseId Library::add_base(const std::string& name) {
  return must(sync_wait(knowledge_->create(context(),
                                           {.name = name, .settings = R"({"chunk_size":900})"})))
      ->id;
}

void Library::add_document(KnowledgeBaseId base, const std::vector<std::string>& texts) {
  std::string whole;
  for (const auto& text : texts) whole.append(text).append(".\n\n");
  auto file = objects_.staging_folder() / Uuid::make().to_string();
  std::ofstream(file, std::ios::binary) << whole;
  must(sync_wait(knowledge_->add_document(context(), base,
                                          {.filename = "texts.txt",
                                           .staged_path = file.string(),
                                           .size_bytes = static_cast<std::int64_t>(whole.size()),
                                           .content_sha256 = to_hex(sha256(whole)),
                                           .keeps_both = true})));
}

void Library::run_jobs() {
  while (true) {
    auto jobs = must(sync_wait(
        jobs_->lease({}, {knowledge::ingest_job_kind}, 1, "bench", std::chrono::minutes(10))));
    if (jobs.empty()) return;
    auto outcome = must(sync_wait(knowledge_->work().run(context(), jobs.front())));
    must(sync_wait(jobs_->finish({}, jobs.front().id, "bench", outcome)));
  }
}

std::int64_t Library::chunks(KnowledgeBaseId base) {
  return must(sync_wait(knowledge_->statistics(context(), base))).chunks;
}

search::SearchAnswer Library::search(const std::vector<KnowledgeBaseId>& bases,
                                     const std::string& query) {
  search::SearchRequest request{.knowledge_base = bases.front(), .query = query};
  request.other_bases.assign(bases.begin() + 1, bases.end());
  return must(sync_wait(search_->search(context(), std::move(request))));
}

}  // namespace aiva::bench
