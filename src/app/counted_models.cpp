#include "app/counted_models.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace aiva::app {
namespace {

using Clock = std::chrono::steady_clock;

// What is counted of one kind of work of a model.
class Work {
 public:
  struct Names {
    std::string things;
    std::string things_help;
    std::string seconds;
    std::string seconds_help;
    std::string failures;
    std::string failures_help;
    MetricLabels labels{};
  };
  Work(Metrics& metrics, const Names& names)
      : things_(metrics.counter(names.things, names.things_help, names.labels)),
        seconds_(metrics.histogram(names.seconds, names.seconds_help, duration_buckets_s(),
                                   names.labels)),
        failures_(metrics.counter(names.failures, names.failures_help, names.labels)) {}

  // Of a call with so many texts or pictures. What the caller gave up says nothing of the model.
  template <class Outcome>
  void note(const Outcome& outcome, std::size_t count, Clock::time_point begun) {
    if (outcome) {
      things_.add(static_cast<double>(count));
      seconds_.observe(std::chrono::duration<double>(Clock::now() - begun).count());
    } else if (outcome.error().code != ErrorCode::cancelled) {
      failures_.add();
    }
  }

 private:
  Counter& things_;
  Histogram& seconds_;
  Counter& failures_;
};

class CountedEmbedder final : public TextEmbedder {
 public:
  CountedEmbedder(std::unique_ptr<TextEmbedder> inner, Metrics& metrics)
      : inner_(std::move(inner)),
        work_(metrics, {.things = "aiva_embedding_texts_total",
                        .things_help = "Texts that were turned into vectors",
                        .seconds = "aiva_embedding_seconds",
                        .seconds_help = "Time the text embedder took for a call",
                        .failures = "aiva_embedding_failures_total",
                        .failures_help = "Calls of the text embedder that failed"}) {}

  [[nodiscard]] const std::string& model() const override { return inner_->model(); }
  [[nodiscard]] std::size_t dimension() const override { return inner_->dimension(); }
  [[nodiscard]] std::size_t tokens_max() const override { return inner_->tokens_max(); }

  Task<Result<Embeddings>> embed(CallContext context, std::vector<std::string> texts) override {
    auto begun = Clock::now();
    auto count = texts.size();
    auto embedding = inner_->embed(std::move(context), std::move(texts));
    auto embedded = co_await std::move(embedding);
    work_.note(embedded, count, begun);
    co_return embedded;
  }

 private:
  std::unique_ptr<TextEmbedder> inner_;
  Work work_;
};

Work::Names image_names(const char* kind) {
  return {.things = "aiva_image_inferences_total",
          .things_help = "Pictures, and texts about pictures, that the image model took",
          .seconds = "aiva_image_inference_seconds",
          .seconds_help = "Time the image model took for a call",
          .failures = "aiva_image_inference_failures_total",
          .failures_help = "Calls of the image model that failed",
          .labels = {{"kind", kind}}};
}

class CountedImageModel final : public ImageModel {
 public:
  CountedImageModel(std::unique_ptr<ImageModel> inner, Metrics& metrics)
      : inner_(std::move(inner)),
        pictures_(metrics, image_names("picture")),
        texts_(metrics, image_names("text")) {}

  [[nodiscard]] const std::string& model() const override { return inner_->model(); }
  [[nodiscard]] std::size_t dimension() const override { return inner_->dimension(); }
  [[nodiscard]] int picture_side() const override { return inner_->picture_side(); }
  [[nodiscard]] bool has_text() const override { return inner_->has_text(); }

  Task<Result<SeenPictures>> embed_images(CallContext context,
                                          std::vector<Picture> pictures) override {
    auto begun = Clock::now();
    auto count = pictures.size();
    auto looking = inner_->embed_images(std::move(context), std::move(pictures));
    auto seen = co_await std::move(looking);
    pictures_.note(seen, count, begun);
    co_return seen;
  }

  Task<Result<Embeddings>> embed_texts(CallContext context,
                                       std::vector<std::string> texts) override {
    auto begun = Clock::now();
    auto count = texts.size();
    auto embedding = inner_->embed_texts(std::move(context), std::move(texts));
    auto embedded = co_await std::move(embedding);
    texts_.note(embedded, count, begun);
    co_return embedded;
  }

 private:
  std::unique_ptr<ImageModel> inner_;
  Work pictures_;
  Work texts_;
};

}  // namespace

std::unique_ptr<TextEmbedder> count_texts(std::unique_ptr<TextEmbedder> embedder,
                                          Metrics& metrics) {
  return std::make_unique<CountedEmbedder>(std::move(embedder), metrics);
}

std::unique_ptr<ImageModel> count_pictures(std::unique_ptr<ImageModel> model, Metrics& metrics) {
  return std::make_unique<CountedImageModel>(std::move(model), metrics);
}

}  // namespace aiva::app
