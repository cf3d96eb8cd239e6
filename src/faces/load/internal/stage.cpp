#include "faces/load/internal/stage.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <thread>

#include "faces/load/internal/samples.h"
#include "foundation/ids.h"
#include "foundation/json_writer.h"
#include "foundation/time.h"

namespace aiva::load {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t passages_each = 12;
constexpr std::size_t images = 4;
constexpr auto reading_patience = std::chrono::minutes(5);
constexpr auto look_again = std::chrono::milliseconds(200);

bool is_wanted(const Mix& mix, Operation operation) {
  return mix[static_cast<std::size_t>(operation)] > 0;
}

// A JSON object of texts.
Body object_of(TextFields fields) {
  Body body;
  JsonWriter json(body.bytes);
  json.begin_object();
  for (const auto& [name, value] : fields) json.field(name, value);
  json.end_object();
  return body;
}

Result<void> make_base(Caller& caller, Stage& stage) {
  auto name = "Load test " + to_iso8601(unix_ms_now());
  std::array<std::pair<std::string_view, std::string_view>, 2> fields{
      {{"name", name}, {"description", "Made by aiva load, which removes it at its end"}}};
  TRY(auto made, caller.call("POST", "/api/knowledge", object_of(fields)));
  TRY(stage.base, text_of(made, "id"));
  return {};
}

Result<void> upload_documents(Caller& caller, const Plan& plan, Stage& stage, Random& random) {
  auto path = fmt::format("/api/knowledge/{}/documents", stage.base);
  for (std::size_t i = 0; i < plan.documents; ++i) {
    auto form = make_form({}, fmt::format("sample-{}.md", i), make_document(random, passages_each));
    TRY(auto stored, caller.call("POST", path, form));
    TRY(auto id, text_of(stored, "document_id"));
    stage.documents.push_back(std::move(id));
  }
  return {};
}

Result<void> wait_until_read(Caller& caller, const Stage& stage) {
  auto end = steady_clock::now() + reading_patience;
  for (const auto& id : stage.documents) {
    auto path = fmt::format("/api/knowledge/{}/documents/{}/status", stage.base, id);
    while (true) {
      TRY(auto answer, caller.call("GET", path));
      TRY(auto status, text_of(answer, "status"));
      if (status == "completed") break;
      if (status == "failed" || status == "cancelled")
        return fail(ErrorCode::unavailable,
                    fmt::format("The service cannot read a sample document: {}", status));
      if (steady_clock::now() > end)
        return fail(ErrorCode::timeout, "The service did not read the sample documents in time");
      std::this_thread::sleep_for(look_again);
    }
  }
  return {};
}

Result<void> upload_images(Caller& caller, const Stage& stage, Random& random) {
  auto path = fmt::format("/api/knowledge/{}/images", stage.base);
  for (std::size_t i = 0; i < images; ++i) {
    auto caption = make_caption(random);
    std::array<std::pair<std::string_view, std::string_view>, 1> fields{{{"description", caption}}};
    auto form = make_form(fields, fmt::format("sample-{}.png", i), make_picture(random));
    TRY_VOID(caller.call("POST", path, form));
  }
  return {};
}

Result<void> make_agent(Caller& caller, Stage& stage) {
  Body body;
  JsonWriter json(body.bytes);
  json.begin_object()
      .field("name", "Load test " + to_iso8601(unix_ms_now()))
      .field("instructions", "Answer in a sentence or two.")
      .field("kb_id", stage.base)
      .field("publish", true)
      .end_object();
  TRY(auto made, caller.call("POST", "/api/agents", body));
  TRY(stage.agent, text_of(made, "id"));
  return {};
}

// Whether the key may erase the conversations it will leave: asked of one that does not exist.
Result<void> try_erasing(Caller& caller) {
  auto nobody = caller.call("DELETE", "/api/chat/sessions/" + Uuid{}.to_string());
  if (nobody || nobody.error().code != ErrorCode::forbidden) return {};
  return fail(ErrorCode::forbidden,
              "The key may not erase the conversations that chats leave (users.write); with --keep "
              "they stay");
}

// One call of what the key may not be allowed to do, before many are made.
Result<void> try_reads(Caller& caller, const Plan& plan, const Stage& stage) {
  TRY_VOID(caller.call("GET", fmt::format("/api/knowledge/{}", stage.base)));
  if (is_wanted(plan.mix, Operation::credits)) TRY_VOID(caller.call("GET", "/api/credits/balance"));
  if (is_wanted(plan.mix, Operation::list_calls))
    TRY_VOID(caller.call("GET", "/api/calls?limit=1"));
  if (is_wanted(plan.mix, Operation::chat) && !plan.keeps) TRY_VOID(try_erasing(caller));
  if (!is_wanted(plan.mix, Operation::search)) return {};
  std::array<std::pair<std::string_view, std::string_view>, 2> fields{
      {{"kb_id", stage.base}, {"query", "warranty"}}};
  TRY_VOID(caller.call("POST", "/api/v1/search", object_of(fields)));
  return {};
}

// Whether the service could be asked.
bool remove(Caller& caller, const std::string& path, const Say& say) {
  auto gone = caller.call("DELETE", path);
  if (gone || gone.error().code == ErrorCode::not_found) return true;
  say("This is left behind: " + gone.error().message);
  return gone.error().code != ErrorCode::unavailable;
}

}  // namespace

Result<void> build_stage(Caller& caller, const Plan& plan, Stage& stage, const Say& say) {
  Random random(plan.seed);
  say(fmt::format("Making a knowledge base of {} documents", plan.documents));
  TRY_VOID(make_base(caller, stage));
  TRY_VOID(upload_documents(caller, plan, stage, random));
  if (is_wanted(plan.mix, Operation::image_search)) {
    auto stored = upload_images(caller, stage, random);
    stage.has_images = stored.has_value();
    if (!stored) say("Images are left out: " + stored.error().message);
  }
  if (is_wanted(plan.mix, Operation::chat) || is_wanted(plan.mix, Operation::get_agent))
    TRY_VOID(make_agent(caller, stage));
  TRY_VOID(wait_until_read(caller, stage));
  return try_reads(caller, plan, stage);
}

void remove_stage(Caller& caller, const Stage& stage, const std::vector<std::string>& sessions,
                  const Say& say) {
  std::vector<std::string> paths;
  for (const auto& session : sessions) paths.push_back("/api/chat/sessions/" + session);
  if (!stage.agent.empty()) paths.push_back("/api/agents/" + stage.agent);
  if (!stage.base.empty()) paths.push_back("/api/knowledge/" + stage.base);
  std::size_t removed = 0;
  while (removed < paths.size() && remove(caller, paths[removed], say)) ++removed;
  if (removed < paths.size())
    say(fmt::format("So are {} more, which nobody can remove now", paths.size() - removed - 1));
}

}  // namespace aiva::load
