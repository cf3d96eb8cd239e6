#pragma once

#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "capabilities/images/internal/intake.h"
#include "capabilities/images/internal/vector_cache.h"

namespace aiva::images {

// Searches: what is looked for becomes vectors, each is compared with all of its model in the
// knowledge base, and the lists are fused.
class Finder {
 public:
  explicit Finder(Core& core) : core_(core), cache_(core.settings.cached_bytes_max) {}

  Task<Result<ImageAnswer>> search(CallContext context, ImageQuery query);

 private:
  // A vector to compare with those of its model.
  struct Probe {
    std::string model{};
    std::vector<float> vector{};
    bool is_of_words = false;  // compares texts with words about images
    bool is_text = false;      // compares a text with pictures
  };
  struct Ranked {
    ImageId id{};
    double cosine = 0;
  };
  using Ranking = std::vector<Ranked>;

  // The cosine from which on what it finds is near.
  [[nodiscard]] double least_near(const Probe& probe) const;
  Task<Result<std::vector<Probe>>> make_probes(CallContext context, const ImageQuery& query);
  Task<Result<void>> add_picture_probe(CallContext context, const ImageQuery& query,
                                       std::vector<Probe>& probes);
  Task<Result<void>> add_text_probes(CallContext context, const ImageQuery& query,
                                     std::vector<Probe>& probes);
  using Bases = std::vector<KnowledgeBaseId>;

  Task<Result<Ranking>> rank(CallContext context, const Bases& bases, const Probe& probe,
                             std::size_t count, std::int64_t& searched);
  Task<Result<void>> fill_in(CallContext context, ImageAnswer& answer);
  Task<Result<void>> log(CallContext context, const ImageQuery& query, const ImageAnswer& answer);

  Core& core_;
  VectorCache cache_;
};

}  // namespace aiva::images
