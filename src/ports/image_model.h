#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/picture/picture.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/text_embedder.h"

namespace aiva {

// A thing that is seen on a picture.
struct SeenObject {
  std::string name;  // "bicycle"
  double score = 0;  // 0…1
};

// What a model makes of pictures: a unit vector each, and what is seen on each, the surest first;
// nothing where the model knows no names.
struct SeenPictures {
  Embeddings vectors{};
  std::vector<std::vector<SeenObject>> objects{};
};

// Turns pictures into vectors whose cosine says how alike they look.
class ImageModel {
 public:
  virtual ~ImageModel() = default;
  // The model's name as stored beside the vectors; vectors of different models never mix.
  [[nodiscard]] virtual const std::string& model() const = 0;
  [[nodiscard]] virtual std::size_t dimension() const = 0;
  // The shorter side it wants pictures in; others are scaled once more.
  [[nodiscard]] virtual int picture_side() const = 0;
  // Whether texts get vectors among those of the pictures they describe.
  [[nodiscard]] virtual bool has_text() const = 0;

  // Fails with `invalid` for a picture that is not whole, `too_large` for too many, `unavailable`
  // when too many calls wait.
  virtual Task<Result<SeenPictures>> embed_images(CallContext context,
                                                  std::vector<Picture> pictures) = 0;
  // One unit vector a text; `unavailable` without has_text().
  virtual Task<Result<Embeddings>> embed_texts(CallContext context,
                                               std::vector<std::string> texts) = 0;
};

}  // namespace aiva
