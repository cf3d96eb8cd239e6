#include "capabilities/chat/notes.h"

#include <gmock/gmock.h>

#include "capabilities/chat/testing/chat_fixture.h"
#include "capabilities/identity/identity.h"

namespace aiva::chat {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class NotesTest : public ChatFixture {
 protected:
  struct Colleague {
    CallContext context;
    identity::Caller caller;
  };
  Colleague colleague(std::string name, identity::Role role) {
    auto user = UserId::make();
    auto principal = std::make_shared<identity::Principal>(
        identity::Principal{.tenant = tenant_,
                            .user = user,
                            .role = role,
                            .permissions = identity::permissions_of(role),
                            .name = std::move(name)});
    return {.context = {.tenant = tenant_, .user = user, .home = &home_},
            .caller = {.principal = std::move(principal)}};
  }
  Result<Note> add(const Colleague& who, std::string content) {
    auto adding = notes_->add(who.context, who.caller, session_, std::move(content));
    return sync_wait(std::move(adding));
  }
  Result<void> remove(const Colleague& who, NoteId id) {
    auto removing = notes_->remove(who.context, who.caller, session_, id);
    return sync_wait(std::move(removing));
  }
  std::vector<std::string> contents(knowledge::PageRequest page = {}) {
    auto found = sync_wait(notes_->list(context(), session_, page));
    EXPECT_TRUE(found);
    std::vector<std::string> out;
    for (const auto& note : found->items) out.push_back(note.content);
    return out;
  }

  std::unique_ptr<identity::Identity> identity_ =
      identity::make_identity({*database_, clock_, metrics_},
                              {.master_key = std::string(32, 'm'), .bcrypt_threads = 1})
          .value();
  std::unique_ptr<Notes> notes_ =
      make_notes(*database_, clock_, identity_->audit_log(), {.notes_per_session_max = 3});
  ChatSessionId session_ = open_session();
  Colleague ann_ = colleague("Ann", identity::Role::agent_manager);
  Colleague bob_ = colleague("Bob", identity::Role::agent_manager);
  Colleague chief_ = colleague("Chief", identity::Role::admin);
};

TEST_F(NotesTest, are_listed_newest_first_with_who_wrote_them) {
  auto first = add(ann_, "Calls every week.");
  clock_.advance(std::chrono::seconds(1));
  add(bob_, "Wants a refund.").value();
  clock_.advance(std::chrono::seconds(1));
  add(ann_, "Refunded.").value();

  auto page = sync_wait(notes_->list(context(), session_, {.limit = 2}));
  ListPosition behind{.key = page->items.at(1).created_at, .id = {page->items.at(1).id.uuid}};
  auto rest = contents({.limit = 2, .after = behind});

  ASSERT_TRUE(first);
  EXPECT_EQ(first->author, "Ann");
  EXPECT_EQ(first->written_by, ann_.context.user);
  EXPECT_EQ(page->total, 3);
  EXPECT_EQ(page->items.at(0).content, "Refunded.");
  EXPECT_EQ(page->items.at(1).author, "Bob");
  EXPECT_THAT(rest, ElementsAre("Calls every week."));
}

TEST_F(NotesTest, have_words_and_are_at_most_so_many) {
  for (std::string wrong : {std::string(" \n"), std::string("\xFF"), std::string(8001, 'x')}) {
    auto refused = add(ann_, wrong);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::invalid);
  }
  for (int count = 0; count < 3; ++count) EXPECT_TRUE(add(ann_, std::string(8000, 'x')));

  auto beyond = add(ann_, "one more");

  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().code, ErrorCode::too_large);
}

TEST_F(NotesTest, are_removed_by_who_wrote_them_or_may_change_users) {
  auto anns = add(ann_, "one").value();
  auto bobs = add(bob_, "two").value();

  auto foreign = remove(bob_, anns.id);
  auto own = remove(ann_, anns.id);
  auto chiefs = remove(chief_, bobs.id);
  auto gone = remove(ann_, anns.id);

  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().code, ErrorCode::forbidden);
  EXPECT_TRUE(own);
  EXPECT_TRUE(chiefs);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, ErrorCode::not_found);
  EXPECT_THAT(contents(), IsEmpty());
}

TEST_F(NotesTest, are_in_the_audit_log_without_their_words) {
  auto note = add(ann_, "Never lend him the key.").value();
  ASSERT_TRUE(remove(ann_, note.id));

  auto caller = identity::operator_caller();
  auto log = sync_wait(identity_->audit_log().list({}, caller, {.action = "chat."})).value();

  ASSERT_EQ(log.items.size(), 2U);
  EXPECT_EQ(log.items[0].action, "chat.note_removed");
  EXPECT_EQ(log.items[1].action, "chat.note_added");
  EXPECT_EQ(log.items[1].resource_id, session_.to_string());
  EXPECT_EQ(log.items[1].tenant, tenant_);
  EXPECT_THAT(log.items[1].details, Not(HasSubstr("key")));
  EXPECT_THAT(log.items[1].details, HasSubstr(note.id.to_string()));
}

TEST_F(NotesTest, never_reach_the_model) {
  script({{.text = "Within 14 days [1]."}});
  session_ = open_session();
  add(ann_, "Never lend him the key.").value();

  ASSERT_TRUE(ask(session_, "When are refunds paid?"));

  auto seen = model_->requests().at(0).messages;
  for (const auto& message : seen) EXPECT_THAT(message.content, Not(HasSubstr("lend him")));
}

TEST_F(NotesTest, of_another_tenant_do_not_exist) {
  auto note = add(ann_, "one").value();
  CallContext other{.tenant = database_.add_tenant("Other")};
  auto stranger = identity::operator_caller();

  auto listed = sync_wait(notes_->list(other, session_, {}));
  auto added = sync_wait(notes_->add(other, stranger, session_, "x"));
  auto removed = sync_wait(notes_->remove(other, stranger, session_, note.id));

  EXPECT_EQ(listed.error().code, ErrorCode::not_found);
  EXPECT_EQ(added.error().code, ErrorCode::not_found);
  EXPECT_EQ(removed.error().code, ErrorCode::not_found);
  EXPECT_THAT(contents(), ElementsAre("one"));
}

}  // namespace
}  // namespace aiva::chat
