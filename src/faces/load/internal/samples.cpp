#include "faces/load/internal/samples.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <string_view>

namespace aiva::load {
namespace {

constexpr std::array<std::string_view, 24> wares{
    "kettle",  "blender",  "freezer", "washer",  "dryer",  "carpet",  "lantern", "bicycle",
    "helmet",  "saddle",   "printer", "scanner", "router", "antenna", "display", "keyboard",
    "charger", "mattress", "pillow",  "blanket", "drawer", "curtain", "heater",  "fan"};
constexpr std::array<std::string_view, 16> makes{
    "amber", "northern", "compact", "folding", "quiet",  "heavy", "classic",  "light",
    "oak",   "steel",    "copper",  "linen",   "travel", "smart", "portable", "garden"};
constexpr std::array<std::string_view, 16> matters{
    "warranty", "return",   "delivery", "repair", "cleaning", "storage", "battery", "packing",
    "invoice",  "exchange", "deposit",  "weight", "assembly", "voltage", "refund",  "spare part"};
constexpr std::array<std::string_view, 8> places{
    "the branch in Riga", "the central depot",    "the online counter", "the branch in Porto",
    "the repair hall",    "the courier's office", "the branch in Graz", "the customer desk"};

template <std::size_t count>
std::string_view any_of(Random& random, const std::array<std::string_view, count>& list) {
  return list[random() % count];
}

void put_number(std::string& bytes, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes += static_cast<char>(static_cast<unsigned char>(number >> shift));
}

// CRC-32 as PNG (ISO/IEC 15948, annex D) wants it.
std::uint32_t crc_of(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (unsigned char byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320U : 0U);
  }
  return ~crc;
}

std::uint32_t adler_of(std::string_view bytes) {
  constexpr std::uint32_t modulus = 65521;
  std::uint32_t low = 1;
  std::uint32_t high = 0;
  for (unsigned char byte : bytes) {
    low = (low + byte) % modulus;
    high = (high + low) % modulus;
  }
  return high << 16 | low;
}

void put_chunk(std::string& png, std::string_view type, std::string_view content) {
  put_number(png, static_cast<std::uint32_t>(content.size()));
  std::string named = std::string(type) + std::string(content);
  png += named;
  put_number(png, crc_of(named));
}

// zlib (RFC 1950) with one block that is not compressed; at most 65535 bytes.
std::string stored(std::string_view bytes) {
  auto length = static_cast<std::uint16_t>(bytes.size());
  auto turned = static_cast<std::uint16_t>(~length);
  std::string out("\x78\x01\x01", 3);
  for (auto number : {length, turned}) {
    out += static_cast<char>(static_cast<unsigned char>(number));
    out += static_cast<char>(static_cast<unsigned char>(number >> 8));
  }
  out += bytes;
  put_number(out, adler_of(bytes));
  return out;
}

}  // namespace

double any_share(Random& random) { return static_cast<double>(random() >> 11) * 0x1.0p-53; }

std::string make_document(Random& random, std::size_t passages) {
  auto make = any_of(random, makes);
  auto ware = any_of(random, wares);
  auto text = fmt::format("# The {} {} no. {}\n", make, ware, random() % 1'000'000);
  for (std::size_t i = 0; i < passages; ++i) {
    auto matter = any_of(random, matters);
    text += fmt::format(
        "\n## {} of the {} {}\n\nThe {} of the {} {} is looked after by {} within {} days. "
        "Customers bring number {} with them, and pay {}.{} euros unless the {} is part of the "
        "{}. Whoever asks later than {} months after the purchase is sent to {} instead.\n",
        matter, make, ware, matter, make, ware, any_of(random, places), 1 + random() % 60,
        random() % 100'000, random() % 90, 10 + random() % 90, any_of(random, matters),
        any_of(random, matters), 1 + random() % 36, any_of(random, places));
  }
  return text;
}

std::string make_question(Random& random) {
  constexpr std::array<std::string_view, 6> beginnings{
      "Who looks after the",   "How many days takes the",        "What does one pay for the",
      "Where do I go for the", "Which number do I need for the", "Until when is there a"};
  return fmt::format("{} {} of the {} {}, order {}?", any_of(random, beginnings),
                     any_of(random, matters), any_of(random, makes), any_of(random, wares),
                     random() % 100'000);
}

std::string make_caption(Random& random) {
  return fmt::format("A {} {} at {}", any_of(random, makes), any_of(random, wares),
                     any_of(random, places));
}

std::string make_picture(Random& random) {
  constexpr std::uint32_t side = 64;
  std::array<std::array<char, 3>, 4> colours{};
  for (auto& colour : colours)
    for (auto& part : colour) part = static_cast<char>(static_cast<unsigned char>(random()));
  std::string rows;
  for (std::uint32_t y = 0; y < side; ++y) {
    rows += '\0';
    for (std::uint32_t x = 0; x < side; ++x) {
      const auto& colour = colours[(x / 8 + y / 16) % colours.size()];
      rows.append(colour.data(), colour.size());
    }
  }
  std::string header;
  put_number(header, side);
  put_number(header, side);
  header.append("\x08\x02\x00\x00\x00", 5);  // 8 bits, true colour
  std::string png("\x89PNG\r\n\x1A\n", 8);
  put_chunk(png, "IHDR", header);
  put_chunk(png, "IDAT", stored(rows));
  put_chunk(png, "IEND", {});
  return png;
}

}  // namespace aiva::load
