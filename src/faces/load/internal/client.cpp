#include "faces/load/internal/client.h"

#include <fmt/format.h>

#include <utility>

#include "foundation/json.h"
#include "foundation/json_writer.h"

namespace aiva::load {
namespace {

constexpr int messages_per_session = 20;
constexpr std::size_t documents_kept = 1000;
constexpr std::size_t passages_each = 4;

std::string id_in(const Answer& answer, std::string_view name) {
  auto body = json::parse(answer.body);
  if (!body || !body->is_object()) return {};
  const auto* data = body->get_object().if_contains("data");
  if (data == nullptr) return {};
  auto id = text_of(*data, name);
  return id ? *std::move(id) : std::string();
}

}  // namespace

Client::Client(asio::io_context& loop, const Endpoints& endpoints, Shared& shared,
               std::uint64_t seed)
    : wire(loop, endpoints), pause(loop), shared_(shared), random_(seed) {}

std::string Client::message() {
  Body body;
  JsonWriter json(body.bytes);
  json.begin_object().field("content", make_question(random_)).field("stream", true).end_object();
  return shared_.writer.write("POST", fmt::format("/api/chat/{}/messages", session_), body);
}

std::string Client::search(std::string_view path) {
  bool is_of_images = path.ends_with("images/search");
  Body body;
  JsonWriter json(body.bytes);
  json.begin_object()
      .field("kb_id", shared_.stage.base)
      .field("query", is_of_images ? make_caption(random_) : make_question(random_))
      .field("top_k", 5)
      .end_object();
  return shared_.writer.write("POST", path, body);
}

// Of a document of the load, or while there is none of one that was made before it.
std::string Client::status_path() {
  const auto& stage = shared_.stage;
  if (shared_.documents.empty() && stage.documents.empty())
    return fmt::format("/api/knowledge/{}/documents?limit=20", stage.base);
  const auto& id = shared_.documents.empty()
                       ? stage.documents[random_() % stage.documents.size()]
                       : shared_.documents[random_() % shared_.documents.size()];
  return fmt::format("/api/knowledge/{}/documents/{}/status", stage.base, id);
}

std::string Client::request_of(Operation operation) {
  const auto& stage = shared_.stage;
  const auto& writer = shared_.writer;
  switch (operation) {
    case Operation::list_bases: return writer.write("GET", "/api/knowledge?limit=20");
    case Operation::get_base: return writer.write("GET", "/api/knowledge/" + stage.base);
    case Operation::search: return search("/api/v1/search");
    case Operation::chat: return message();
    case Operation::image_search: return search("/api/v1/images/search");
    case Operation::upload: {
      auto name = fmt::format("load-{}.md", ++shared_.uploads);
      auto form = make_form({}, name, make_document(random_, passages_each));
      return writer.write("POST", fmt::format("/api/knowledge/{}/documents", stage.base), form);
    }
    case Operation::status: return writer.write("GET", status_path());
    case Operation::credits: return writer.write("GET", "/api/credits/balance");
    case Operation::list_calls: return writer.write("GET", "/api/calls?limit=20");
    case Operation::get_agent:
      return writer.write("GET",
                          stage.agent.empty() ? "/api/agents" : "/api/agents/" + stage.agent);
    case Operation::open_session: {
      Body body;
      JsonWriter json(body.bytes);
      json.begin_object().field("agent_id", stage.agent).end_object();
      return writer.write("POST", "/api/chat/sessions", body);
    }
  }
  return {};
}

Awaitable<Answer> Client::perform(Operation operation, SteadyTime deadline) {
  auto request = request_of(operation);
  auto answer = co_await wire.exchange(request, deadline);
  learn(operation, answer);
  co_return answer;
}

// Remembers what later requests need, and judges the answers that must hold something.
void Client::learn(Operation operation, Answer& answer) {
  bool is_ok = answer.outcome == Outcome::ok;
  if (operation == Operation::chat) {
    if (is_ok && !answer.is_stream) answer.outcome = Outcome::malformed;
    // A session with a turn that nobody hears the end of has no room for the next.
    if (!is_ok || ++messages_ >= messages_per_session) session_.clear();
  } else if (operation == Operation::open_session && is_ok) {
    session_ = id_in(answer, "id");
    messages_ = 0;
    if (session_.empty())
      answer.outcome = Outcome::malformed;
    else
      shared_.sessions.push_back(session_);
  } else if (operation == Operation::upload && is_ok) {
    auto id = id_in(answer, "document_id");
    if (id.empty()) answer.outcome = Outcome::malformed;
    if (!id.empty()) shared_.documents.push_back(std::move(id));
    if (shared_.documents.size() > documents_kept) shared_.documents.pop_front();
  }
}

}  // namespace aiva::load
