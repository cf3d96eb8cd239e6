#include "adapters/onnx/clip_image_model.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "adapters/onnx/clip_tokenizer.h"
#include "adapters/onnx/internal/clip_files.h"
#include "adapters/onnx/internal/file_fingerprint.h"
#include "adapters/onnx/internal/lazy_session.h"
#include "foundation/thread_pool.h"

namespace aiva {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t tokens_usual = 77;
constexpr std::size_t pictures_max = 64;  // of one call
constexpr std::size_t texts_max = 256;
constexpr int side_least = 16;
constexpr int side_most = 400;  // a reader of pictures gives no larger ones

std::unexpected<Error> unfit(const std::string& why) {
  return fail(ErrorCode::invalid, "The CLIP model does not fit: " + why);
}

// Among what a model gives: of this name, else pooled, else the only matrix of floats.
Result<OnnxPort> find_vectors(const OnnxSession& session, std::string_view name) {
  TRY(auto outputs, session.outputs());
  for (auto wanted : {name, std::string_view("pooler_output")})
    for (const auto& output : outputs)
      if (output.name == wanted && output.is_float && output.shape.size() == 2) return output;
  std::erase_if(
      outputs, [](const OnnxPort& output) { return !output.is_float || output.shape.size() != 2; });
  if (outputs.size() == 1) return outputs.front();
  return unfit("it has no output " + std::string(name));
}

// The number of columns, which must be known.
Result<std::size_t> width_of(const OnnxPort& output) {
  constexpr std::int64_t width_max = 16384;
  if (output.shape.back() < 1 || output.shape.back() > width_max)
    return unfit("the size of " + output.name + " is not fixed");
  return static_cast<std::size_t>(output.shape.back());
}

// Looks at pictures.
class VisionTower {
 public:
  VisionTower(const OnnxSession& session, ClipPreparation preparation)
      : session_(session), preparation_(preparation) {}

  Result<std::vector<float>> embed(const Picture& picture) const {
    TRY(auto inputs, session_.inputs());
    if (inputs.size() != 1 || !inputs.front().is_float || inputs.front().shape.size() != 4)
      return unfit("the vision model takes more than pixel_values");
    TRY(auto output, find_vectors(session_, "image_embeds"));
    TRY(auto width, width_of(output));
    auto prepared = preparation_.prepare(picture);
    std::vector<float> pixels;
    append_planes(prepared, preparation_.scale, pixels);
    const std::array<std::int64_t, 4> shape{1, 3, prepared.height, prepared.width};
    const std::array wanted{OnnxInput{
        .name = inputs.front().name.c_str(), .values = {}, .shape = shape, .floats = pixels}};
    std::vector<float> vector(width);
    const std::array<std::int64_t, 2> vector_shape{1, static_cast<std::int64_t>(width)};
    TRY_VOID(session_.run(wanted, {output.name.c_str(), vector, vector_shape}));
    make_unit_rows(vector, width);
    return vector;
  }

 private:
  const OnnxSession& session_;
  ClipPreparation preparation_;
};

// Reads texts.
class TextTower {
 public:
  TextTower(const OnnxSession& session, const ClipTokenizer& tokenizer)
      : session_(session), tokenizer_(tokenizer) {}

  struct Read {
    std::vector<float> vector{};
    std::size_t tokens = 0;
    std::size_t tokens_max = 0;
  };
  Result<Read> embed(std::string_view text) const {
    TRY(auto ports, session_.inputs());
    TRY(auto output, find_vectors(session_, "text_embeds"));
    TRY(auto width, width_of(output));
    Read read{.tokens_max = tokens_usual};
    auto fixed = ports.empty() || ports.front().shape.size() != 2 ? -1 : ports.front().shape[1];
    if (fixed >= 3 && fixed <= 1024) read.tokens_max = static_cast<std::size_t>(fixed);
    auto ids = tokenizer_.encode(text, read.tokens_max);
    read.tokens = ids.size();
    std::vector<std::int64_t> mask(ids.size(), 1);
    // Causal attention and pooling at the first end mark make padding harmless.
    if (fixed > 0) {
      ids.resize(read.tokens_max, tokenizer_.end_id());
      mask.resize(read.tokens_max, 0);
    }
    const std::array<std::int64_t, 2> shape{1, static_cast<std::int64_t>(ids.size())};
    std::vector<OnnxInput> inputs;
    for (const auto& port : ports) {
      bool is_mask = port.name == "attention_mask";
      if (!is_mask && port.name != "input_ids")
        return unfit("the text model wants an input " + port.name);
      inputs.push_back({port.name.c_str(), is_mask ? mask : ids, shape});
    }
    read.vector.resize(width);
    const std::array<std::int64_t, 2> vector_shape{1, static_cast<std::int64_t>(width)};
    TRY_VOID(session_.run(inputs, {output.name.c_str(), read.vector, vector_shape}));
    make_unit_rows(read.vector, width);
    return read;
  }

 private:
  const OnnxSession& session_;
  const ClipTokenizer& tokenizer_;
};

class ClipImageModel final : public ImageModel {
 public:
  ClipImageModel(const ClipModelOptions& options, const ClipFiles& files,
                 ClipPreparation preparation, ClipTokenizer tokenizer)
      : options_(options),
        preparation_(preparation),
        tokenizer_(std::move(tokenizer)),
        vision_(options.library_path, files.vision, options.provider),
        text_(options.library_path, files.text, options.provider),
        text_pool_({.name = "clip-texts", .threads = 1, .queue_max = options.queue_max}),
        pool_({.name = "clip-images",
               .threads = std::max<std::size_t>(1, options.threads),
               .queue_max = options.queue_max}) {}

  const std::string& model() const override { return options_.model; }
  std::size_t dimension() const override { return options_.dimension; }
  int picture_side() const override {
    auto side = std::min(preparation_.size.width, preparation_.size.height);
    return std::clamp(side, side_least, side_most);
  }
  bool has_text() const override { return true; }

  Task<Result<SeenPictures>> embed_images(CallContext context,
                                          std::vector<Picture> pictures) override {
    if (pictures.size() > pictures_max)
      co_return fail(ErrorCode::too_large, "Too many pictures in one call");
    if (!std::ranges::all_of(pictures, &Picture::is_whole))
      co_return fail(ErrorCode::invalid, "A picture is not whole");
    auto work = [&, this] { return look_at(context, pictures); };
    auto seen = co_await run_on(pool_, context, work);
    co_return seen;
  }

  Task<Result<Embeddings>> embed_texts(CallContext context,
                                       std::vector<std::string> texts) override {
    if (texts.size() > texts_max)
      co_return fail(ErrorCode::too_large, "Too many texts in one call");
    auto work = [&, this] { return read_texts(context, texts); };
    auto made = co_await run_on(text_pool_, context, work);
    co_return made;
  }

 private:
  Result<SeenPictures> look_at(const CallContext& context, const std::vector<Picture>& pictures) {
    TRY(const auto* session, vision_.get());
    VisionTower tower(*session, preparation_);
    SeenPictures seen;
    seen.vectors = empty_embeddings();
    for (const auto& picture : pictures) {
      TRY_VOID(context.check());
      TRY(auto vector, tower.embed(picture));
      TRY_VOID(append(vector, seen.vectors));
      seen.objects.emplace_back();
    }
    return seen;
  }

  Result<Embeddings> read_texts(const CallContext& context, const std::vector<std::string>& texts) {
    TRY(const auto* session, text_.get());
    TextTower tower(*session, tokenizer_);
    auto made = empty_embeddings();
    for (const auto& text : texts) {
      TRY_VOID(context.check());
      TRY(auto read, tower.embed(text));
      TRY_VOID(append(read.vector, made));
      made.tokens += static_cast<std::int64_t>(read.tokens);
    }
    return made;
  }

  [[nodiscard]] Embeddings empty_embeddings() const {
    Embeddings made;
    made.model = options_.model;
    made.dimension = options_.dimension;
    return made;
  }
  Result<void> append(const std::vector<float>& vector, Embeddings& made) const {
    if (vector.size() != options_.dimension)
      return fail(ErrorCode::unavailable, "The image model has changed; add it again");
    made.values.insert(made.values.end(), vector.begin(), vector.end());
    return {};
  }

  const ClipModelOptions options_;
  const ClipPreparation preparation_;
  const ClipTokenizer tokenizer_;
  LazySession vision_;
  LazySession text_;
  ThreadPool text_pool_;
  ThreadPool pool_;
};

}  // namespace

Result<ClipReport> check_clip_folder(const fs::path& library, const fs::path& folder) {
  TRY(auto files, find_clip_files(folder));
  TRY(auto preparation, read_clip_preparation(files.preprocessor));
  TRY(auto tokenizer, ClipTokenizer::load(files.tokenizer));
  TRY(auto vision, OnnxSession::open(library, files.vision));
  TRY(auto text, OnnxSession::open(library, files.text));
  Picture grey{.width = preparation.size.width, .height = preparation.size.height};
  grey.rgb.assign(static_cast<std::size_t>(grey.width) * static_cast<std::size_t>(grey.height) * 3,
                  128);
  TRY(auto picture_vector, VisionTower(*vision, preparation).embed(grey));
  TRY(auto read, TextTower(*text, tokenizer).embed("a grey picture"));
  if (picture_vector.size() != read.vector.size())
    return unfit("pictures have " + std::to_string(picture_vector.size()) + " numbers, texts " +
                 std::to_string(read.vector.size()));
  ClipReport report{.dimension = picture_vector.size(),
                    .picture_side = std::min(preparation.size.width, preparation.size.height),
                    .tokens_max = read.tokens_max};
  TRY(report.fingerprint, fingerprint_of(files.vision));
  for (const auto& path : {files.vision, files.text, files.tokenizer, files.preprocessor}) {
    report.files.push_back(path.lexically_relative(folder));
    // Weights of two gigabytes and more lie beside their model.
    auto weights = path;
    weights += "_data";
    std::error_code error;
    if (fs::is_regular_file(weights, error))
      report.files.push_back(weights.lexically_relative(folder));
  }
  return report;
}

Result<std::unique_ptr<ImageModel>> make_clip_image_model(const ClipModelOptions& options) {
  TRY(auto files, find_clip_files(options.folder));
  TRY(auto preparation, read_clip_preparation(files.preprocessor));
  TRY(auto tokenizer, ClipTokenizer::load(files.tokenizer));
  return std::make_unique<ClipImageModel>(options, files, preparation, std::move(tokenizer));
}

}  // namespace aiva
