#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "adapters/job_table/job_table.h"
#include "adapters/segment_index/segment_index.h"
#include "adapters/test_database/test_database.h"
#include "capabilities/billing/billing.h"
#include "capabilities/knowledge/knowledge.h"
#include "foundation/metrics.h"
#include "foundation/thread_pool.h"
#include "ports/testing/fake_text_embedder.h"
#include "ports/testing/folder_object_store.h"
#include "ports/testing/inline_document_reader.h"

namespace aiva::bench {

// What a result holds; ends the program when it holds a failure.
template <class T>
T must(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s: %s\n", result.error().message.c_str(), result.error().cause.c_str());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

inline int count_words(std::string_view text) {
  return 1 + static_cast<int>(std::ranges::count(text, ' '));
}

// Where the index of documents lies.
enum class IndexPlace { folder, memory };

// Knowledge bases of one tenant over rows and files of their own, but for the embedder, which only
// hashes words: what is measured is everything else.
struct KnowledgeRig {
  KnowledgeRig(std::size_t dimension, IndexPlace place)
      : embedder(dimension),
        jobs(make_job_table(*database, clock)),
        index(must(make_segment_index(
            {.folder = place == IndexPlace::folder ? folder.path() : std::filesystem::path(),
             .compute = &compute},
            metrics))),
        billing(billing::make_billing(*database, clock, {})),
        knowledge(knowledge::make_knowledge({.database = *database,
                                             .objects = objects,
                                             .jobs = *jobs,
                                             .reader = reader,
                                             .embedder = embedder,
                                             .count_tokens = count_words,
                                             .index = *index,
                                             .billing = *billing,
                                             .clock = clock,
                                             .metrics = metrics},
                                            {})) {}

  [[nodiscard]] CallContext context() const { return {.tenant = tenant}; }

  TestDatabase database;
  TemporaryFolder folder;
  SystemClock clock;
  Metrics metrics;
  FolderObjectStore objects;
  InlineDocumentReader reader;
  FakeTextEmbedder embedder;
  ThreadPool compute{{.name = "compute", .threads = 2}};
  TenantId tenant = database.add_tenant();
  std::unique_ptr<JobQueue> jobs;
  std::unique_ptr<PassageIndex> index;
  std::unique_ptr<billing::Billing> billing;
  std::unique_ptr<knowledge::Knowledge> knowledge;
};

}  // namespace aiva::bench
