#include "retrieval/vectors/lists.h"

namespace aiva::retrieval {

void Lists::read_centre(Metric metric, std::size_t list, std::span<float> out) const {
  const float step = metric == Metric::l2 ? factors[list].scale / 2 : factors[list].scale;
  const std::uint8_t* bytes = centres.data() + list * out.size();
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = step * static_cast<float>(static_cast<int>(bytes[i]) - 128);
}

Lists make_lists(const VectorViews& views, const VectorBuildOptions& options) {
  if (views.rows < options.lists_from) return {};
  return {};
}

}  // namespace aiva::retrieval
