#include "retrieval/segments/sections.h"

#include <new>

#include "foundation/result.h"

namespace aiva::retrieval {
namespace {

constexpr std::align_val_t section_alignment{64};

}  // namespace

void HeapSections::Free::operator()(std::byte* memory) const {
  ::operator delete(memory, section_alignment);
}

std::span<std::byte> HeapSections::reserve(SectionKind kind, std::size_t bytes) {
  AIVA_ASSERT(table_.find(kind).data() == nullptr);
  auto* memory = static_cast<std::byte*>(::operator new(bytes, section_alignment));
  memory_.emplace_back(memory);
  std::memset(memory, 0, bytes);
  bytes_ += bytes;
  std::span<std::byte> section(memory, bytes);
  table_.add(kind, section);
  return section;
}

}  // namespace aiva::retrieval
