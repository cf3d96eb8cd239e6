#include "faces/http/endpoints/visitor_chat_json.h"

#include <string>
#include <vector>

#include "foundation/time.h"

namespace aiva::http {
namespace {

void write_cited(JsonWriter& writer, const std::vector<chat::Source>& sources) {
  writer.key("sources").begin_array();
  for (const auto& source : sources) {
    if (!source.is_cited) continue;
    writer.begin_object()
        .field("number", source.number)
        .field("document_name", source.document_name)
        .field("page", source.page)
        .field("quote", source.quote)
        .end_object();
  }
  writer.end_array();
}

// Where a stranger gets an image that the server keeps.
std::string below_the_page(std::string_view slug, std::string_view url) {
  auto name = url.substr(url.rfind('/') + 1);
  return std::string("/aiva/chat/").append(slug).append("/images/").append(name);
}

void write_images(JsonWriter& writer, std::string_view slug,
                  const std::vector<chat::ShownImage>& images) {
  writer.key("images").begin_array();
  for (const auto& image : images)
    writer.begin_object()
        .field("url", below_the_page(slug, image.url))
        .field("thumbnail_url", below_the_page(slug, image.thumbnail_url))
        .field("description", image.description)
        .field("width", image.width)
        .field("height", image.height)
        .end_object();
  writer.end_array();
}

void write_products(JsonWriter& writer, std::string_view slug,
                    const std::vector<chat::ShownProduct>& products) {
  // The shop's own images stay where they are.
  auto place_of = [slug](const std::string& url) {
    return url.starts_with("/api/images/") ? below_the_page(slug, url) : url;
  };
  writer.key("products").begin_array();
  for (const auto& product : products) {
    writer.begin_object()
        .field("title", product.title)
        .field("description", product.description)
        .field("vendor", product.vendor)
        .field("price", money_text(product.price));
    if (product.compare_at_price)
      writer.field("compare_at_price", money_text(*product.compare_at_price));
    else
      writer.null_field("compare_at_price");
    writer.field("currency", product.currency)
        .field("in_stock", product.in_stock)
        .field("url", product.url)
        .field("image_url", place_of(product.image_url))
        .field("thumbnail_url", place_of(product.thumbnail_url))
        .end_object();
  }
  writer.end_array();
}

}  // namespace

void write_visitor_session(JsonWriter& writer, const agents::ActiveAgent& agent,
                           const agents::VisitorSession& session,
                           const agents::Visitors::Token& token) {
  writer.begin_object()
      .field("session_id", session.session)
      .field("token", token.text)
      .field("expires_at", to_iso8601(token.expires_at))
      .key("agent")
      .begin_object()
      .field("name", agent.name)
      .field("slug", agent.slug)
      .field("greeting", agent.settings.greeting)
      .field("language", agent.settings.language)
      .end_object()
      .end_object();
}

void write_visitor_widget(JsonWriter& writer, const agents::ActiveAgent& agent) {
  const auto& widget = agent.widget;
  writer.begin_object()
      .field("name", agent.name)
      .field("slug", agent.slug)
      .field("title", widget.title.empty() ? agent.name : widget.title)
      .field("greeting", agent.settings.greeting)
      .field("language", agent.settings.language)
      .field("placeholder", widget.placeholder)
      .field("accent_color", widget.accent_color)
      .field("position", widget.position)
      .field("theme", widget.theme)
      .field("logo_url", widget.logo_url)
      .key("suggested_questions")
      .begin_array();
  for (const auto& question : widget.suggestions) writer.value(question);
  writer.end_array().field("allows_calls", widget.allows_calls).end_object();
}

void write_visitor_state(JsonWriter& writer, const chat::Session& session) {
  writer.begin_object()
      .field("session_id", session.id)
      .field("status", session.status)
      .field("handover", session.handover)
      .field("message_count", session.message_count)
      .end_object();
}

void write_visitor_message(JsonWriter& writer, std::string_view slug,
                           const chat::Message& message) {
  writer.begin_object()
      .field("message_id", message.id)
      .field("role", message.role)
      .field("text", message.answer.text);
  write_cited(writer, message.answer.sources);
  write_images(writer, slug, message.answer.images);
  write_products(writer, slug, message.answer.products);
  writer.field("created_at", to_iso8601(message.created_at)).end_object();
}

void write_visitor_answer(JsonWriter& writer, std::string_view slug, const chat::Answer& answer) {
  if (answer.is_buffering) {  // a later message is answered together with this one
    writer.begin_object().field("buffering", true).field("session_id", answer.session).end_object();
    return;
  }
  writer.begin_object().field("session_id", answer.session).key("message_id");
  if (answer.message.is_nil())
    writer.null();  // a person will answer
  else
    writer.value(answer.message);
  writer.field("text", answer.text)
      .field("agent_transfer", answer.decision.wants_transfer)
      .field("interaction_closed", answer.decision.is_closed);
  write_cited(writer, answer.sources);
  write_images(writer, slug, answer.images);
  write_products(writer, slug, answer.products);
  writer.end_object();
}

}  // namespace aiva::http
