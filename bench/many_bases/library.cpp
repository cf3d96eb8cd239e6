#include "library.h"

#include <chrono>
#include <fstream>
#include <utility>

#include "foundation/crypto.h"

namespace aiva::bench {
Library::Library(std::size_t dimension)
    : rig_(dimension, IndexPlace::folder),
      catalog_(knowledge::make_document_catalog(*rig_.database)),
      search_(search::make_search({.database = *rig_.database,
                                   .knowledge = *rig_.knowledge,
                                   .catalog = *catalog_,
                                   .embedder = rig_.embedder,
                                   .index = *rig_.index,
                                   .billing = *rig_.billing,
                                   .clock = rig_.clock,
                                   .metrics = rig_.metrics},
                                  {.cache_time = std::chrono::seconds(0)})) {}

KnowledgeBaseId Library::add_base(const std::string& name) {
  return must(sync_wait(rig_.knowledge->create(
                  rig_.context(), {.name = name, .settings = R"({"chunk_size":900})"})))
      ->id;
}

void Library::add_document(KnowledgeBaseId base, const std::vector<std::string>& texts) {
  std::string whole;
  for (const auto& text : texts) whole.append(text).append(".\n\n");
  auto file = rig_.objects.staging_folder() / Uuid::make().to_string();
  std::ofstream(file, std::ios::binary) << whole;
  must(
      sync_wait(rig_.knowledge->add_document(rig_.context(), base,
                                             {.filename = "texts.txt",
                                              .staged_path = file.string(),
                                              .size_bytes = static_cast<std::int64_t>(whole.size()),
                                              .content_sha256 = to_hex(sha256(whole)),
                                              .keeps_both = true})));
}

void Library::run_jobs() {
  while (true) {
    auto jobs = must(sync_wait(
        rig_.jobs->lease({}, {knowledge::ingest_job_kind}, 1, "bench", std::chrono::minutes(10))));
    if (jobs.empty()) return;
    auto outcome = must(sync_wait(rig_.knowledge->work().run(rig_.context(), jobs.front())));
    must(sync_wait(rig_.jobs->finish({}, jobs.front().id, "bench", outcome)));
  }
}

std::int64_t Library::chunks(KnowledgeBaseId base) {
  return must(sync_wait(rig_.knowledge->statistics(rig_.context(), base))).chunks;
}

search::SearchAnswer Library::search(const std::vector<KnowledgeBaseId>& bases,
                                     const std::string& query) {
  search::SearchRequest request{.knowledge_base = bases.front(), .query = query};
  request.other_bases.assign(bases.begin() + 1, bases.end());
  return must(sync_wait(search_->search(rig_.context(), std::move(request))));
}

}  // namespace aiva::bench
