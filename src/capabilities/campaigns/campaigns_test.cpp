#include "capabilities/campaigns/campaigns.h"

#include <set>

#include "capabilities/campaigns/list_csv.h"
#include "capabilities/campaigns/testing/campaigns_fixture.h"

namespace aiva::campaigns {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

class CampaignsOf : public CampaignsFixture {};

TEST_F(CampaignsOf, a_tenant_name_every_mistake) {
  Campaign wrong{.agent = agents_.agent.id,
                 .name = "",
                 .caller_id = "office",
                 .calls_at_once = 0,
                 .calls_per_minute = 6001,
                 .ring_max_s = 4,
                 .time_zone = "Mars",
                 .windows = {{.days = {"mon"}, .from = "9"}},
                 .retries = {{"answered", {.times = 1}}, {"busy", {.times = 1, .after_s = 0}}},
                 .on_machine = "leave_message",
                 .starts_at = 2,
                 .ends_at = 2};

  auto made = sync_wait(campaigns_->create(context(), {}, wrong));

  ASSERT_FALSE(made);
  std::set<std::string> fields;
  for (const auto& mistake : made.error().details) fields.insert(mistake.field);
  EXPECT_THAT(fields, UnorderedElementsAre("name", "caller_id", "calls_at_once", "calls_per_minute",
                                           "ring_max_s", "time_zone", "windows", "retries.answered",
                                           "retries.busy.after_s", "ends_at", "machine_message"));
}

TEST_F(CampaignsOf, a_tenant_are_read_back_as_they_were_made) {
  Campaign wanted{.agent = agents_.agent.id,
                  .name = "Survey",
                  .caller_id = "+49 30 1234567",
                  .calls_at_once = 7,
                  .time_zone = "Europe/Berlin",
                  .windows = {{.days = {"mon", "tue"}, .from = "10:00", .to = "12:30"}},
                  .retries = {{"busy", {.times = 2, .after_s = 60}}},
                  .on_machine = "leave_message",
                  .machine_message = "Hello {name}",
                  .starts_at = 5,
                  .ends_at = 6};

  auto made = sync_wait(campaigns_->create(context(), {}, wanted));
  ASSERT_TRUE(made);
  auto found = stored_campaign(*made);

  EXPECT_EQ(found.caller_id, "+49301234567");
  EXPECT_EQ(found.windows, wanted.windows);
  EXPECT_EQ(found.retries, wanted.retries);
  EXPECT_EQ(found.machine_message, "Hello {name}");
  EXPECT_EQ(found.starts_at, 5);
  EXPECT_EQ(found.status, "draft");
}

TEST_F(CampaignsOf, another_tenant_do_not_exist) {
  auto campaign = add(settings(), {"+4930000001"});

  auto is_hidden = [](const auto& result) { return failure_of(result) == ErrorCode::not_found; };
  EXPECT_TRUE(is_hidden(sync_wait(campaigns_->get(other(), campaign.id))));
  EXPECT_TRUE(is_hidden(sync_wait(campaigns_->stats(other(), campaign.id))));
  EXPECT_TRUE(is_hidden(sync_wait(campaigns_->contacts(other(), campaign.id, {}))));
  EXPECT_TRUE(is_hidden(sync_wait(campaigns_->remove(other(), {}, campaign.id))));
  EXPECT_TRUE(is_hidden(
      sync_wait(campaigns_->add_contacts(other(), campaign.id, {{.number = "+4930000002"}}))));
  EXPECT_TRUE(
      is_hidden(sync_wait(campaigns_->act(other(), {}, campaign.id, CampaignAction::start))));
  EXPECT_EQ(sync_wait(campaigns_->list(other(), {}))->total, 0);
}

TEST_F(CampaignsOf, a_tenant_move_only_where_they_may) {
  struct Case {
    std::vector<CampaignAction> before;
    CampaignAction action;
    bool is_allowed;
  };
  using enum CampaignAction;
  for (const auto& [before, action, is_allowed] : {Case{{}, start, true},
                                                   {{}, pause, false},
                                                   {{}, cancel, true},
                                                   {{start}, start, false},
                                                   {{start}, resume, false},
                                                   {{start, pause}, resume, true},
                                                   {{start, pause}, cancel, true},
                                                   {{start, cancel}, resume, false},
                                                   {{cancel}, cancel, false}}) {
    auto campaign = add(settings(), {"+4930000001"});
    for (auto step : before) act(campaign, step);
    auto acted = sync_wait(campaigns_->act(context(), {}, campaign.id, action));
    EXPECT_EQ(acted.has_value(), is_allowed) << before.size();
    if (!is_allowed) EXPECT_EQ(acted.error().code, ErrorCode::conflict);
  }
  auto empty = add(settings(), {});
  EXPECT_FALSE(sync_wait(campaigns_->act(context(), {}, empty.id, start)));
}

TEST_F(CampaignsOf, a_tenant_take_good_contacts_and_tell_of_the_others) {
  auto campaign = add(settings(), {"+49 30 000001"});

  auto added = sync_wait(campaigns_->add_contacts(
      context(), campaign.id,
      {{.number = "+4930000002", .name = "Bob", .variables = {{"city", "Bonn"}}, .line = 2},
       {.number = "0049 30 000001", .line = 3},
       {.number = "none", .line = 4},
       {.number = "+4930000003", .variables = {{"two words", "x"}}, .line = 5},
       {.number = "4930000002", .line = 6}}));

  ASSERT_TRUE(added);
  EXPECT_EQ(added->added, 1);
  std::vector<std::string> told;
  for (const auto& error : added->errors)
    told.push_back(std::to_string(error.line) + " " + error.field);
  EXPECT_THAT(told, ElementsAre("3 number", "4 number", "5 variables", "6 number"));
  auto bob = contacts_of(campaign).at(1);
  EXPECT_EQ(bob.variables, R"({"city":"Bonn"})");
  EXPECT_EQ(bob.sequence, 2);
  EXPECT_EQ(sync_wait(campaigns_->stats(context(), campaign.id))->contacts, 2);
}

TEST_F(CampaignsOf, an_agent_that_goes_are_cancelled) {
  auto running = started(settings(), {"+4930000001"});

  ASSERT_TRUE(in_transaction(
      [&](SqlSession& sql) { return cancel_campaigns_of(sql, tenant, agents_.agent.id); }));

  EXPECT_EQ(stored_campaign(running).status_reason, "agent_deleted");
  EXPECT_THAT(standing(running), ElementsAre("+4930000001 cancelled"));
}

TEST_F(CampaignsOf, a_tenant_are_removed_when_nothing_goes_on) {
  auto campaign = started(settings(), {"+4930000001"});
  EXPECT_EQ(failure_of(sync_wait(campaigns_->remove(context(), {}, campaign.id))),
            ErrorCode::conflict);
  act(campaign, CampaignAction::cancel);

  EXPECT_TRUE(sync_wait(campaigns_->remove(context(), {}, campaign.id)));
  EXPECT_FALSE(sync_wait(campaigns_->get(context(), campaign.id)));
}

TEST_F(CampaignsOf, whoever_asks_in_a_call_is_not_called_again) {
  auto call = sync_wait(log_->announce(context(), {.agent = agents_.agent.id,
                                                   .direction = "outbound",
                                                   .caller_id = "+4930999999",
                                                   .dialled_number = "+4930000001"}));
  auto session = ChatSessionId::make();
  ASSERT_TRUE(sync_wait(log_->begin(context(), call->id, session)));

  auto number = sync_wait(do_not_call_->add_caller(context(), session));

  EXPECT_EQ(number.value_or(""), "+4930000001");
  auto listed = sync_wait(do_not_call_->list(context(), {.number = "4930000001"}));
  ASSERT_EQ(listed->total, 1);
  EXPECT_EQ(listed->items[0].source, "call");
  EXPECT_EQ(sync_wait(do_not_call_->list(other(), {}))->total, 0);
  EXPECT_FALSE(sync_wait(do_not_call_->add_caller(other(), session)));
  EXPECT_FALSE(sync_wait(do_not_call_->remove(other(), {}, "+4930000001")));
  EXPECT_TRUE(sync_wait(do_not_call_->remove(context(), {}, "004930000001")));
}

TEST(ContactCsv, takes_its_columns_by_their_names) {
  ContactCsv csv;
  ASSERT_TRUE(csv.feed("Name;Phone;city\nAda;'+4930000001;Berlin\nBob;"));
  ASSERT_TRUE(csv.feed("+4930000002;\n"));
  ASSERT_TRUE(csv.finish());

  auto contacts = csv.take();

  ASSERT_EQ(contacts.size(), 2U);
  EXPECT_EQ(contacts[0].number, "+4930000001");
  EXPECT_EQ(contacts[0].name, "Ada");
  EXPECT_EQ(contacts[0].variables.at("city"), "Berlin");
  EXPECT_EQ(contacts[1].line, 3);
  EXPECT_TRUE(contacts[1].variables.empty());
}

TEST(ContactCsv, refuses_a_file_without_numbers) {
  ContactCsv csv;
  EXPECT_FALSE(csv.feed("a,b\n1,2\n"));
  EXPECT_FALSE(ContactCsv().finish());
}

TEST(DoNotCallCsv, needs_no_names_of_columns) {
  DoNotCallCsv plain;
  ASSERT_TRUE(plain.feed("+4930000001\n+4930000002,asked\n"));
  ASSERT_TRUE(plain.finish());
  auto numbers = plain.take();
  ASSERT_EQ(numbers.size(), 2U);
  EXPECT_EQ(numbers[1].reason, "asked");

  DoNotCallCsv named;
  ASSERT_TRUE(named.feed("reason,number\nasked,+4930000001\n"));
  ASSERT_TRUE(named.finish());
  EXPECT_EQ(named.take().at(0).number, "+4930000001");
}

TEST(Results, hold_no_formulas) {
  Contact contact{.number = "+4930000001",
                  .name = "=HYPERLINK(\"x\")",
                  .variables = R"({"city":"Bonn"})",
                  .status = "busy",
                  .attempts = 2,
                  .outcomes = "busy busy",
                  .duration_ms = 12'340,
                  .cost = 1'230'001};

  auto line = results_line(contact);

  EXPECT_EQ(line,
            "+4930000001,\"'=HYPERLINK(\"\"x\"\")\",busy,2,\"busy busy\",,12.3,1.230001,,"
            "1970-01-01T00:00:00.000Z,\"{\"\"city\"\":\"\"Bonn\"\"}\"\r\n");
}

}  // namespace
}  // namespace aiva::campaigns
