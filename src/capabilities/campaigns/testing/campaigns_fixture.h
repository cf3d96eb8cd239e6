#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/campaigns/campaigns.h"
#include "capabilities/campaigns/do_not_call.h"
#include "capabilities/campaigns/runner.h"
#include "capabilities/campaigns/testing/scripted_dialler.h"
#include "capabilities/voice/testing/calls_fixture.h"

namespace aiva::campaigns {

// Campaigns of one agent over real rows and a scripted telephone system.
class CampaignsFixture : public voice::CallsFixture {
 protected:
  void SetUp() override {
    voice::CallsFixture::SetUp();
    campaigns_ = make_campaigns(
        {.database = *database, .agents = agents_, .audit_log = audit_, .clock = clock});
    do_not_call_ = make_do_not_call(
        {.database = *database, .calls = *log_, .audit_log = audit_, .clock = clock});
    runner_ = make_own_runner();
  }

  std::unique_ptr<Runner> make_own_runner() {
    return make_runner({.database = *database,
                        .calls = *log_,
                        .dialler = dialler_,
                        .clock = clock,
                        .metrics = metrics_,
                        .listener = [this](SqlSession&, TenantId, const CampaignEvent& event) {
                          std::lock_guard lock(events_mutex_);
                          events_.push_back(
                              event.is_contact
                                  ? event.contact->number + " " + event.contact->status
                                  : event.campaign->status + " " + event.campaign->status_reason);
                          return Result<void>();
                        }});
  }

  Campaign settings() {
    return {.agent = agents_.agent.id, .name = "Survey", .calls_per_minute = 6000};
  }
  Campaign add(Campaign wanted, const std::vector<std::string>& numbers) {
    auto made = sync_wait(campaigns_->create(context(), {}, std::move(wanted)));
    if (!made) ADD_FAILURE() << made.error().message;
    std::vector<NewContact> contacts;
    for (const auto& number : numbers)
      contacts.push_back({.number = number, .line = std::ssize(contacts) + 1});
    auto added = sync_wait(campaigns_->add_contacts(context(), made->id, std::move(contacts)));
    if (!added) ADD_FAILURE() << added.error().message;
    return made.value_or(Campaign{});
  }
  Campaign started(Campaign wanted, const std::vector<std::string>& numbers) {
    auto made = add(std::move(wanted), numbers);
    act(made, CampaignAction::start);
    return made;
  }
  void act(const Campaign& campaign, CampaignAction action) {
    auto acted = sync_wait(campaigns_->act(context(), {}, campaign.id, action));
    if (!acted) ADD_FAILURE() << acted.error().message;
  }
  Campaign stored_campaign(const Campaign& campaign) {
    return sync_wait(campaigns_->get(context(), campaign.id)).value_or(Campaign{});
  }
  std::vector<Contact> contacts_of(const Campaign& campaign) {
    return sync_wait(campaigns_->contacts(context(), campaign.id, {.limit = 1000}))
        .value_or(ContactPage{})
        .items;
  }
  // "number status" of each.
  std::vector<std::string> standing(const Campaign& campaign) {
    std::vector<std::string> texts;
    for (const auto& contact : contacts_of(campaign))
      texts.push_back(contact.number + " " + contact.status);
    return texts;
  }
  void turn() {
    auto turned = sync_wait(runner_->turn({}));
    EXPECT_TRUE(turned) << turned.error().message;
  }
  // Until nothing rings any more.
  void turn_to_end() {
    turn();
    runner_->wait_idle();
  }
  void pass(std::chrono::milliseconds time) { clock.advance(time); }
  // The audio of an answered call comes, and ends.
  void talk(const voice::OutboundCall& call, std::int64_t duration_ms,
            std::string answered_by = "human") {
    auto claimed = sync_wait(log_->claim({}, call.session_id));
    if (!claimed) {
      ADD_FAILURE() << claimed.error().message;
      return;
    }
    auto begun = sync_wait(log_->begin(context(), claimed->id, {}));
    EXPECT_TRUE(begun) << begun.error().message;
    auto ended = sync_wait(log_->finish(context(), claimed->id,
                                        {.end = voice::CallEnd::caller_hung_up,
                                         .duration_ms = duration_ms,
                                         .answered_by = std::move(answered_by)}));
    EXPECT_TRUE(ended) << ended.error().message;
  }
  std::vector<std::string> events() {
    std::lock_guard lock(events_mutex_);
    // A transaction that runs again tells of the same again.
    auto told = events_;
    const auto repeated = std::ranges::unique(told);
    told.erase(repeated.begin(), repeated.end());
    return told;
  }

  Metrics metrics_;
  ScriptedDialler dialler_;
  std::mutex events_mutex_;
  std::vector<std::string> events_;
  std::unique_ptr<Campaigns> campaigns_;
  std::unique_ptr<DoNotCall> do_not_call_;
  std::unique_ptr<Runner> runner_;
};

}  // namespace aiva::campaigns
