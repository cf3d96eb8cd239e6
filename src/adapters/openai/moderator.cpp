#include <algorithm>
#include <iterator>
#include <utility>

#include "adapters/openai/internal/server_options.h"
#include "adapters/openai/openai.h"
#include "foundation/json_writer.h"
#include "ports/model_server/server.h"

namespace aiva {
namespace {

constexpr std::ptrdiff_t texts_at_once = 32;

class OpenAiModerator final : public Moderator {
 public:
  OpenAiModerator(OpenAiOptions options, HttpClient& http)
      : model_(options.default_model), server_(openai::server_options(options), http) {}

  Task<Result<ModerationReport>> look_at(CallContext context,
                                         std::vector<std::string> texts) override {
    ModerationReport report;
    for (auto begin = texts.begin(); begin != texts.end();) {
      auto end = begin + std::min(texts_at_once, std::distance(begin, texts.end()));
      auto count = static_cast<std::size_t>(end - begin);
      std::string body;
      JsonWriter writer(body);
      writer.begin_object().field("model", model_).key("input").begin_array();
      for (; begin != end; ++begin) writer.value(*begin);
      writer.end_array().end_object();
      auto posting = server_.post(context, "/moderations", std::move(body));
      auto response = co_await std::move(posting);
      if (!response) co_return fail(std::move(response.error().error));
      CO_TRY(auto found, read_moderation_report(response->body, count));
      add_findings(report, found);
    }
    co_return report;
  }

 private:
  std::string model_;
  model_server::Server server_;
};

}  // namespace

std::unique_ptr<Moderator> make_openai_moderator(OpenAiOptions options, HttpClient& http) {
  return std::make_unique<OpenAiModerator>(std::move(options), http);
}

}  // namespace aiva
