#include "adapters/onnx/detector_image_model.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/onnx/internal/lazy_session.h"
#include "adapters/onnx/internal/pixel_planes.h"
#include "foundation/picture/resize.h"
#include "foundation/thread_pool.h"

namespace aiva {
namespace {

constexpr int side = 300;
constexpr std::size_t vector_size = 1280;
constexpr std::size_t class_count = 91;
constexpr std::size_t pictures_max = 64;  // of one call
constexpr std::size_t objects_max = 12;   // of one picture
constexpr std::string_view model_name = "mobilenet-v2-coco";

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    auto line = text.substr(0, text.find('\n'));
    lines.emplace_back(line);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return lines;
}

class DetectorImageModel final : public ImageModel {
 public:
  explicit DetectorImageModel(const DetectorModelOptions& options)
      : options_(options),
        session_(options.library_path, options.model_path, options.provider),
        pool_({.name = "images",
               .threads = std::max<std::size_t>(1, options.threads),
               .queue_max = options.queue_max}) {}

  const std::string& model() const override { return model_; }
  std::size_t dimension() const override { return vector_size; }
  int picture_side() const override { return side; }
  bool has_text() const override { return false; }

  Task<Result<SeenPictures>> embed_images(CallContext context,
                                          std::vector<Picture> pictures) override {
    if (pictures.size() > pictures_max)
      co_return fail(ErrorCode::too_large, "Too many pictures in one call");
    if (!std::ranges::all_of(pictures, &Picture::is_whole))
      co_return fail(ErrorCode::invalid, "A picture is not whole");
    auto seen =
        co_await run_on(pool_, context, [&, this] { return look_at_all(context, pictures); });
    co_return seen;
  }

  Task<Result<Embeddings>> embed_texts(CallContext, std::vector<std::string>) override {
    co_return fail(ErrorCode::unavailable, "The image model does not read texts");
  }

 private:
  Result<SeenPictures> look_at_all(const CallContext& context,
                                   const std::vector<Picture>& pictures) {
    TRY(const auto* session, session_.get());
    if (session->metadata("model") != model_name)
      return fail(ErrorCode::unavailable, "The image model is another one than expected",
                  options_.model_path.string());
    auto names = split_lines(session->metadata("objects").value_or(std::string()));
    if (names.size() != class_count)
      return fail(ErrorCode::unavailable, "The image model does not name what it sees",
                  options_.model_path.string());
    SeenPictures seen;
    seen.vectors.model = model_;
    seen.vectors.dimension = vector_size;
    // One at a time: eight in one run take half as long again each, out of the processor's cache.
    for (const auto& picture : pictures) {
      TRY_VOID(context.check());
      TRY_VOID(look_at(*session, picture, names, seen));
    }
    return seen;
  }

  Result<void> look_at(const OnnxSession& session, const Picture& picture,
                       const std::vector<std::string>& names, SeenPictures& seen) const {
    std::vector<float> pixels;
    append_planes(resize(picture, side, side, ResizeFilter::bilinear), {}, pixels);
    std::vector<float> vector(vector_size);
    std::vector<float> scores(class_count);
    const std::array<std::int64_t, 4> pixels_shape{1, 3, side, side};
    const std::array<std::int64_t, 2> vector_shape{1, vector_size};
    const std::array<std::int64_t, 2> scores_shape{1, class_count};
    const std::array inputs{
        OnnxInput{.name = "pixels", .values = {}, .shape = pixels_shape, .floats = pixels}};
    const std::array outputs{OnnxOutput{"vectors", vector, vector_shape},
                             OnnxOutput{"scores", scores, scores_shape}};
    TRY_VOID(session.run(inputs, outputs));
    make_unit_rows(vector, vector_size);
    auto& values = seen.vectors.values;
    values.insert(values.end(), vector.begin(), vector.end());
    seen.objects.push_back(name_objects(scores, names));
    return {};
  }

  [[nodiscard]] std::vector<SeenObject> name_objects(const std::vector<float>& scores,
                                                     const std::vector<std::string>& names) const {
    std::vector<SeenObject> objects;
    for (std::size_t i = 0; i < scores.size(); ++i)
      if (!names[i].empty() && scores[i] >= options_.object_score_min)
        objects.push_back({.name = names[i], .score = scores[i]});
    std::ranges::sort(objects, std::ranges::greater(), &SeenObject::score);
    if (objects.size() > objects_max) objects.resize(objects_max);
    return objects;
  }

  const DetectorModelOptions options_;
  const std::string model_{model_name};
  LazySession session_;
  ThreadPool pool_;
};

}  // namespace

Result<std::unique_ptr<ImageModel>> make_detector_image_model(const DetectorModelOptions& options) {
  std::error_code error;
  if (!std::filesystem::exists(options.model_path, error))
    return fail(ErrorCode::unavailable, "The packaged image model is missing; run ./dev setup",
                options.model_path.string());
  return std::make_unique<DetectorImageModel>(options);
}

}  // namespace aiva
