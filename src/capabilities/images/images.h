// The only public face of this capability.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "capabilities/billing/billing.h"
#include "capabilities/billing/prices.h"
#include "capabilities/images/types.h"
#include "capabilities/knowledge/knowledge.h"
#include "foundation/call_context.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "foundation/thread_pool.h"
#include "ports/clock.h"
#include "ports/database.h"
#include "ports/document_reader.h"
#include "ports/image_model.h"
#include "ports/job_queue.h"
#include "ports/object_store.h"
#include "ports/picture_reader.h"
#include "ports/text_embedder.h"

namespace aiva::images {

// The kind of the job that takes the figures out of a document.
inline constexpr const char* figures_job_kind = "index_figures";

// Images of knowledge bases. Every operation sees only rows of `context.tenant`; anything else is
// `not_found`.
class Images {
 public:
  virtual ~Images() = default;

  // Reads, embeds and stores an image; when it succeeds searches find it and it is never lost. The
  // staged file is taken. Fails with `invalid` (fields; no image), `too_large`, `quota_exceeded`,
  // `conflict` (the knowledge base is inactive or full), `unavailable` (too many are waiting).
  virtual Task<Result<AddedImage>> add(CallContext context, KnowledgeBaseId base,
                                       NewImage image) = 0;
  virtual Task<Result<Image>> get(CallContext context, ImageId id) = 0;
  struct ListFilter {
    DocumentId document{};  // only its figures; nil: all
    knowledge::PageRequest page{};
  };
  // Newest first.
  virtual Task<Result<knowledge::PageOf<Image>>> list(CallContext context, KnowledgeBaseId base,
                                                      ListFilter filter) = 0;
  virtual Task<Result<ImageStatistics>> statistics(CallContext context, KnowledgeBaseId base) = 0;
  virtual Task<Result<void>> remove(CallContext context, ImageId id) = 0;
  // The file that Image::url() or thumbnail_url() names, by the last part of it.
  virtual Task<Result<ImageFile>> file(CallContext context, KnowledgeBaseId base,
                                       std::string name) = 0;

  // The images that fit best. Fails with `invalid` (fields; nothing is looked for), `unavailable`
  // when no model can compare what is looked for.
  virtual Task<Result<ImageAnswer>> search(CallContext context, ImageQuery query) = 0;

  // Whether a search by a text looks at pictures, or else at the words about them alone.
  [[nodiscard]] virtual bool compares_texts_with_pictures() const = 0;

  // Those of these knowledge bases that have any image; costs little.
  virtual Task<Result<std::vector<KnowledgeBaseId>>> with_images(
      CallContext context, std::vector<KnowledgeBaseId> bases) = 0;

  // Runs one leased job to its end: what was a figure of the document and is none any more goes.
  virtual Task<Result<JobOutcome>> run(CallContext context, Job job) = 0;
  // Removes stored files that are older than an hour and that no image names, of all tenants;
  // answers how many. Safe at any time.
  virtual Task<Result<std::int64_t>> sweep_files(CallContext context) = 0;
  // Removes the rows of searches of all tenants that are older than `age`; answers how many. Safe
  // at any time.
  virtual Task<Result<std::int64_t>> remove_old_searches(CallContext context,
                                                         std::chrono::days age) = 0;
};

struct ImageSettings {
  std::size_t concurrency = 1;  // images processed at once; each has at most one picture in memory
  std::size_t waiting_max = 64;
  std::int64_t images_per_base_max = 1'000'000;
  std::int64_t figures_per_document_max = 500;
  std::size_t cached_bytes_max = 256UL * 1024 * 1024;  // of vectors kept for searches
  int duplicate_distance_max = 4;                      // of 64 bits
  // What is near: a text to the words about an image, a text to a picture (CLIP), two pictures.
  double near_words_cosine = 0.43;
  double near_text_cosine = 0.25;
  double near_picture_cosine = 0.7;
  billing::MicroUsd upload_balance_least = billing::gates::upload;
  billing::MicroUsd search_balance_least = billing::gates::search;
  billing::MicroUsd price_per_image = billing::prices::image;  // also of a picture looked for
  billing::MicroUsd price_per_search = billing::prices::search;
};

// What images need of the world; everything is borrowed.
struct ImageParts {
  Database& database;
  ObjectStore& objects;
  JobQueue& jobs;
  PictureReader& pictures;
  ImageModel& model;
  TextEmbedder& texts;
  knowledge::Knowledge& knowledge;
  DocumentReader& documents;
  billing::Billing& billing;
  const Clock& clock;
  Metrics& metrics;
  ThreadPool& compute;  // for scans and small files
};

std::unique_ptr<Images> make_images(ImageParts parts, ImageSettings settings = {});

}  // namespace aiva::images
