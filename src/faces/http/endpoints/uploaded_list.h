#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capabilities/campaigns/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "foundation/thread_pool.h"

namespace aiva::http {

// Reads an uploaded file piece by piece through a reader of lists (`feed`, `finish`, `take`) and
// gives its entries to `add(CallContext, entries)`, no more than a thousand at once. Fails as
// reader and `add` do; what was added before stays.
template <class Reader, class Add>
Task<Result<campaigns::AddedContacts>> add_uploaded_list(ThreadPool& files, CallContext context,
                                                         std::filesystem::path path, Add add) {
  constexpr std::size_t piece_bytes = 64 * 1024;
  constexpr std::size_t batch = 1000;
  constexpr std::size_t errors_max = 10'000;
  std::ifstream input(path, std::ios::binary);
  Reader reader;
  campaigns::AddedContacts outcome;
  bool is_end = false;
  while (!is_end) {
    auto read = [&]() -> Result<void> {
      std::string piece(piece_bytes, '\0');
      input.read(piece.data(), static_cast<std::streamsize>(piece.size()));
      if (input.bad()) return fail(ErrorCode::unavailable, "The upload cannot be read");
      piece.resize(static_cast<std::size_t>(input.gcount()));
      is_end = piece.empty();
      return is_end ? reader.finish() : reader.feed(piece);
    };
    auto reading = run_on(files, context, read);
    CO_TRY_VOID(co_await std::move(reading));
    auto entries = reader.take();
    for (std::size_t at = 0; at < entries.size(); at += batch) {
      auto last = std::min(entries.size(), at + batch);
      decltype(entries) some(std::make_move_iterator(entries.begin() + std::ptrdiff_t(at)),
                             std::make_move_iterator(entries.begin() + std::ptrdiff_t(last)));
      auto adding = add(context, std::move(some));
      CO_TRY(auto added, co_await std::move(adding));
      outcome.added += added.added;
      for (auto& error : added.errors)
        if (outcome.errors.size() < errors_max) outcome.errors.push_back(std::move(error));
    }
  }
  co_return outcome;
}

}  // namespace aiva::http
