#pragma once

#include <cstdio>
#include <cstdlib>
#include <expected>
#include <utility>

#include "foundation/error.h"

namespace aiva {

// A value or the reason why there is none.
template <class T>
using Result = std::expected<T, Error>;

// Builds the failed side of any Result.
inline std::unexpected<Error> fail(Error error) { return std::unexpected<Error>(std::move(error)); }

// Builds the failed side of any Result from a code and a sentence the caller may read.
inline std::unexpected<Error> fail(ErrorCode code, std::string message, std::string cause = {}) {
  return std::unexpected<Error>(
      Error{.code = code, .message = std::move(message), .cause = std::move(cause)});
}

}  // namespace aiva

#define AIVA_JOIN_INNER(a, b) a##b
#define AIVA_JOIN(a, b) AIVA_JOIN_INNER(a, b)
#define AIVA_TRY_IMPL(leave, temporary, declaration, ...)               \
  auto temporary = (__VA_ARGS__);                                       \
  if (!temporary) [[unlikely]]                                          \
    leave std::unexpected<::aiva::Error>(std::move(temporary).error()); \
  declaration = std::move(*temporary)
#define AIVA_TRY_VOID_IMPL(leave, temporary, ...)                         \
  do {                                                                    \
    auto temporary = (__VA_ARGS__);                                       \
    if (!temporary) [[unlikely]]                                          \
      leave std::unexpected<::aiva::Error>(std::move(temporary).error()); \
  } while (false)

// TRY(auto x, expression): x is the value of the Result, or the function returns its error.
#define TRY(declaration, ...) \
  AIVA_TRY_IMPL(return, AIVA_JOIN(try_, __COUNTER__), declaration, __VA_ARGS__)
// TRY_VOID(expression): goes on, or the function returns the error.
#define TRY_VOID(...) AIVA_TRY_VOID_IMPL(return, AIVA_JOIN(try_, __COUNTER__), __VA_ARGS__)
// The same inside a coroutine: CO_TRY(auto x, co_await task).
#define CO_TRY(declaration, ...) \
  AIVA_TRY_IMPL(co_return, AIVA_JOIN(try_, __COUNTER__), declaration, __VA_ARGS__)
#define CO_TRY_VOID(...) AIVA_TRY_VOID_IMPL(co_return, AIVA_JOIN(try_, __COUNTER__), __VA_ARGS__)

// Ends the program when an invariant of ours is broken.
#define AIVA_ASSERT(condition)                                                               \
  do {                                                                                       \
    if (!(condition)) [[unlikely]] {                                                         \
      std::fprintf(stderr, "%s:%d: broken invariant: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                          \
    }                                                                                        \
  } while (false)
