#include "app/outgoing_events.h"

#include "foundation/json_writer.h"

namespace aiva::app {
namespace {

double in_dollars(billing::MicroUsd amount) { return static_cast<double>(amount) / 1e6; }

std::string data_of(const billing::CreditEvent& event) {
  std::string data;
  JsonWriter writer(data);
  writer.begin_object().field("balance", in_dollars(event.balance)).field("currency", "USD");
  if (!event.alert) {
    writer.field("amount", in_dollars(event.amount)).end_object();
    return data;
  }
  const auto& alert = *event.alert;
  writer.field("alert_id", alert.id).field("threshold", in_dollars(alert.threshold));
  if (alert.budget) {
    writer.field("budget_id", *alert.budget).field("percent", alert.percent);
    writer.field("spent", in_dollars(alert.amount));
  }
  writer.end_object();
  return data;
}

std::string data_of(const chat::ChatEvent& event) {
  std::string data;
  JsonWriter writer(data);
  writer.begin_object().field("session_id", event.session);
  if (!event.message.is_nil()) writer.field("message_id", event.message);
  if (event.agent) writer.field("agent_id", *event.agent);
  if (event.type == chat::ChatEvent::feedback_given) writer.field("rating", event.rating);
  if (event.type == chat::ChatEvent::moderated) writer.field("is_blocked", event.is_blocked);
  writer.end_object();
  return data;
}

std::string data_of(const campaigns::CampaignEvent& event) {
  std::string data;
  JsonWriter writer(data);
  writer.begin_object().field("campaign_id", event.campaign->id);
  if (!event.is_contact) {
    writer.field("reason", event.campaign->status_reason).end_object();
    return data;
  }
  const auto& contact = *event.contact;
  writer.field("contact_id", contact.id)
      .field("status", contact.status)
      .field("attempts", contact.attempts)
      .field("answered_by", contact.answered_by);
  if (contact.call) writer.field("call_id", *contact.call);
  writer.end_object();
  return data;
}

}  // namespace

billing::CreditListener tell_of_credits(webhooks::Outbox& outbox) {
  return [&outbox](SqlSession& session, TenantId tenant, const billing::CreditEvent& event) {
    return outbox.publish(session, tenant, {.type = event.type, .data = data_of(event)});
  };
}

chat::ChatListener tell_of_chat(webhooks::Outbox& outbox) {
  return [&outbox](SqlSession& session, TenantId tenant, const chat::ChatEvent& event) {
    return outbox.publish(session, tenant,
                          {.type = std::string(event.type), .data = data_of(event)});
  };
}

campaigns::CampaignListener tell_of_campaigns(webhooks::Outbox& outbox) {
  return [&outbox](SqlSession& session, TenantId tenant, const campaigns::CampaignEvent& event) {
    auto type = event.is_contact ? webhooks::event_types::contact_finished
                                 : webhooks::event_types::campaign_finished;
    return outbox.publish(session, tenant, {.type = std::string(type), .data = data_of(event)});
  };
}

}  // namespace aiva::app
