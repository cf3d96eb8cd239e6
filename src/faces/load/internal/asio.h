#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <vector>

namespace aiva::load {

namespace asio = boost::asio;
using boost::system::error_code;
using SteadyTime = std::chrono::steady_clock::time_point;
using Endpoints = std::vector<asio::ip::tcp::endpoint>;

template <class T>
using Awaitable = asio::awaitable<T>;

// Waits inside a coroutine and yields the error code instead of throwing it.
inline constexpr auto waiting = asio::as_tuple(asio::use_awaitable);

}  // namespace aiva::load
