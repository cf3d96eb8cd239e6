#include "capabilities/chat/internal/turn_runner.h"

#include <chrono>
#include <memory>
#include <utility>

#include "capabilities/chat/internal/chat_tables.h"
#include "capabilities/chat/internal/turn_rules.h"
#include "foundation/span.h"

namespace aiva::chat {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds seat_pause{20};    // in this process
constexpr milliseconds lease_pause{250};  // another process has the session

// What is answered where no model was asked.
Answer plain_answer(OpenedTurn opened, ChatSessionId session) {
  switch (opened.kind) {
    case OpenedTurn::Kind::answered: return std::move(opened.answer);
    case OpenedTurn::Kind::joined: return {.session = session, .is_buffering = true};
    case OpenedTurn::Kind::with_person:
      return {.session = session,
              .user_message = opened.user_message,
              .decision = {.wants_transfer = true},
              .provider = "person"};
    case OpenedTurn::Kind::opened:
    case OpenedTurn::Kind::busy: break;
  }
  return {.session = session};
}

// One more for as long as it lives.
class Counted {
 public:
  explicit Counted(Gauge& gauge) : gauge_(gauge) { gauge_.add(1); }
  ~Counted() { gauge_.add(-1); }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  Gauge& gauge_;
};

// What the keeper of the conversation knows and does not keep here.
void add_beside(TurnInput& input, std::string guidance, std::vector<SaidBeside> said) {
  input.caller_instructions = std::move(guidance);
  input.said = std::move(said);
}

}  // namespace

TurnRunner::TurnRunner(const ChatParts& parts, const ChatSettings& settings, TurnEngine& engine)
    : parts_(parts),
      settings_(settings),
      engine_(engine),
      journal_(parts, settings, engine),
      running_(journal_, parts.pause, settings.lease_time / 3),
      seconds_(parts.metrics.histogram("aiva_chat_turn_seconds", "Time a chat turn took",
                                       duration_buckets_s())),
      active_(parts.metrics.gauge("aiva_chat_turns_active", "Chat turns that are being answered")),
      failures_(
          parts.metrics.counter("aiva_chat_turn_failures_total", "Chat turns without an answer")) {}

Task<Result<Answer>> TurnRunner::run(CallContext context, Turn turn) {
  auto begun_at = parts_.clock.steady();
  Span span(context, "chat.turn");
  context = span.inside(std::move(context));
  auto trace = context.trace;
  auto listener = std::move(turn.listener);
  auto session = turn.session;
  CO_TRY(auto seated, co_await begin(context, std::move(turn)));
  if (seated->opened.kind != OpenedTurn::Kind::opened)
    co_return plain_answer(std::move(seated->opened), session);
  Counted counted(active_);
  auto answering = answer(std::move(context), seated->opened, std::move(listener));
  auto answered = co_await std::move(answering);
  span.note(answered);
  std::chrono::duration<double> time = parts_.clock.steady() - begun_at;
  if (answered)
    seconds_.observe(time.count(), trace);
  else
    failures_.add();
  co_return answered;
}

// Not inlined: the frame of an inlined coroutine becomes a part of its caller's.
[[gnu::noinline]] Task<Result<TurnRunner::SeatedPointer>> TurnRunner::begin(CallContext context,
                                                                            Turn turn) {
  CO_TRY_VOID(validate_turn(turn));
  CO_TRY_VOID(co_await parts_.billing.require(context, context.tenant, search::search_balance_min));
  auto find = [tenant = context.tenant, id = turn.session](SqlSession& sql) {
    return find_session(sql, tenant, id);
  };
  CO_TRY(auto session, co_await read(parts_.database, context, find));
  auto agent_id = session.agent ? session.agent->to_string() : std::string();
  CO_TRY(auto agent, co_await engine_.find_agent(context, std::move(agent_id)));
  TurnRequest request{.session = turn.session,
                      .turn = turn.answer.is_nil() ? MessageId::make() : turn.answer,
                      .user_message = MessageId::make(),
                      .client_message = std::move(turn.client_message),
                      .content = std::move(turn.content),
                      .images = std::move(turn.images),
                      .manner = engine_.manner_of_agent(agent)};
  if (agent) add_call(session.metadata, request.manner);
  request.agent = std::move(agent);
  auto guidance = std::move(turn.guidance);
  auto said = std::move(turn.said);
  if (turn.is_visitors) request.manner.buffer = request.manner.visitor_buffer;
  CO_TRY(auto known, co_await collect(context, request));
  if (known) co_return std::make_unique<Seated>(Seated{.opened = *std::move(known)});
  auto opening = open_when_free(context, std::move(request));
  CO_TRY(auto seated, co_await std::move(opening));
  add_beside(seated->opened.input, std::move(guidance), std::move(said));
  co_return seated;
}

Task<Result<std::optional<OpenedTurn>>> TurnRunner::collect(CallContext context,
                                                            TurnRequest& request) {
  auto time = request.manner.buffer;
  if (time.count() == 0 || !parts_.pause) co_return std::nullopt;
  CO_TRY(auto collected, co_await journal_.collect(context, request));
  using Kind = OpenedTurn::Kind;
  if (collected.kind == Kind::answered || collected.kind == Kind::joined)
    co_return std::move(collected);
  bool is_new = collected.kind == Kind::opened && collected.user_message == request.user_message;
  if (!is_new) co_return std::nullopt;  // it was sent before, and begins or waits at opening
  request.is_collected = true;
  CO_TRY_VOID(co_await parts_.pause(context, time));
  co_return std::nullopt;
}

Task<Result<TurnRunner::SeatedPointer>> TurnRunner::open_when_free(CallContext context,
                                                                   TurnRequest request) {
  auto by = parts_.clock.steady() + settings_.lock_wait_max;
  for (;;) {
    auto seat = seats_.take(context.tenant, request.session);
    bool has_seat = seat.has_value();
    if (has_seat) {
      CO_TRY(auto opened, co_await journal_.open(context, request));
      if (opened.kind != OpenedTurn::Kind::busy)
        co_return std::make_unique<Seated>(
            Seated{.opened = std::move(opened), .seat = std::move(seat)});
      seat.reset();
    }
    if (!parts_.pause || parts_.clock.steady() >= by)
      co_return fail(ErrorCode::conflict, "The session is still answering a message");
    CO_TRY_VOID(co_await parts_.pause(context, has_seat ? lease_pause : seat_pause));
  }
}

Task<Result<Answer>> TurnRunner::answer(CallContext context, OpenedTurn& opened,
                                        TurnListener listener) {
  auto session = opened.input.session;
  auto turn = opened.input.answer;
  // On the heap: a stop callback must not move.
  auto place = std::make_unique<RunningTurns::Place>(running_, turn, context.cancellation);
  auto inner = context;
  inner.cancellation = place->token();
  UpkeepNeed need{.history_messages = opened.input.manner.history_messages,
                  .analyses = opened.input.manner.analyses};
  auto running = engine_.run(inner, std::move(opened.input), std::move(listener));
  auto outcome = co_await std::move(running);
  if (!outcome) {
    co_await journal_.fail_turn(context, session, turn, outcome.error().code);
    co_return fail(std::move(outcome.error()));
  }
  auto answer = std::move(outcome->answer);
  answer.user_message = opened.user_message;
  auto saving = journal_.save(context, std::move(answer), need);
  auto saved = co_await std::move(saving);
  co_return saved;
}

Task<Result<void>> TurnRunner::cancel(CallContext context, ChatSessionId session,
                                      MessageId message) {
  CO_TRY(auto turn, co_await journal_.ask_to_cancel(context, session, message));
  running_.stop(turn);  // elsewhere it is seen when the lease is renewed
  co_return Result<void>();
}

}  // namespace aiva::chat
