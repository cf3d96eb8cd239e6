#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/chat/internal/answer_followup.h"
#include "capabilities/chat/internal/turn.h"
#include "capabilities/chat/internal/turn_engine.h"
#include "capabilities/chat/internal/turns_table.h"
#include "capabilities/chat/settings.h"
#include "capabilities/chat/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::chat {

// How a turn begins.
struct OpenedTurn {
  enum class Kind {
    opened,       // it is this caller's to answer
    busy,         // another turn has the session
    answered,     // the client sent this message before, and here is its answer
    joined,       // a later message's turn answers it
    with_person,  // saved, but a person answers
  } kind = Kind::opened;
  TurnInput input{};         // opened
  MessageId user_message{};  // opened, with_person
  Answer answer{};           // answered
};

// What a caller wants answered.
struct TurnRequest {
  ChatSessionId session{};
  MessageId turn{};          // the id the answer will have
  MessageId user_message{};  // the id the message has or will have
  std::string client_message{};
  std::string content{};
  std::vector<ChatImage> images{};
  agents::ActiveAgentPointer agent{};
  Manner manner{};
  bool is_collected = false;  // the message is saved already
};

// Takes turns through their steps, each in one transaction: the message saved, the session held and
// credits set aside; the answer saved and charged; or the failure noted and the credits let go. A
// process that dies between them leaves a turn whose lease runs out; recover() fails it, so that no
// message is lost and nothing is charged twice. Everything is borrowed.
class TurnJournal {
 public:
  TurnJournal(const ChatParts& parts, const ChatSettings& settings, const TurnEngine& engine)
      : parts_(parts), settings_(settings), engine_(engine) {}

  // Saves a message whose turn waits for more of them.
  Task<Result<OpenedTurn>> collect(CallContext context, TurnRequest request);
  Task<Result<OpenedTurn>> open(CallContext context, TurnRequest request);
  // Fails with `conflict` when the turn was given up meanwhile: then nothing is charged.
  Task<Result<Answer>> save(CallContext context, Answer answer, UpkeepNeed need);
  // Even when the caller is gone.
  Task<void> fail_turn(CallContext context, ChatSessionId session, MessageId turn, ErrorCode code);
  // Fails the turns of all tenants that died; with `all` those of processes that still could live,
  // too: for a process that starts alone. Says how many.
  Task<Result<std::int64_t>> recover(CallContext context, bool all);
  // Asks a turn to stop, by the id of its user's message or its answer; the turn's id. Fails with
  // `not_found`, and with `conflict` when it has ended.
  Task<Result<MessageId>> ask_to_cancel(CallContext context, ChatSessionId session,
                                        MessageId message);
  // Prolongs leases; those of them that shall stop.
  Task<Result<std::vector<MessageId>>> renew(CallContext context, std::vector<MessageId> turns);

 private:
  Result<OpenedTurn> open_in(SqlSession& sql, const CallContext& context,
                             const TurnRequest& request);
  Result<std::optional<OpenedTurn>> find_earlier(SqlSession& sql, const CallContext& context,
                                                 const TurnRequest& request,
                                                 std::optional<TurnRow>& earlier);
  Result<OpenedTurn> begin(SqlSession& sql, const CallContext& context, const TurnRequest& request,
                           const std::optional<TurnRow>& earlier);
  Result<void> leave_to_person(SqlSession& sql, const CallContext& context,
                               const TurnRequest& request, const std::optional<TurnRow>& earlier);
  Result<void> end_dead(SqlSession& sql, const TurnRow& turn);
  [[nodiscard]] UnixMs lease_end() const;

  const ChatParts& parts_;
  const ChatSettings& settings_;
  const TurnEngine& engine_;
};

}  // namespace aiva::chat
