// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/mld.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {
namespace {

const Ipv6Address kFrom{0xfe80ull << 48, 1}, kTo{0xff02ull << 48, 1};

void query(Bytes input) {
  const auto message = MldQuery::parse(input);
  if (!message) return;
  const std::size_t front = message->version == 1 ? MldQuery::kBytes1 : MldQuery::kBytes2;
  Buffer out = copy(input.first(front + message->sources.size() * 16));
  std::fill_n(out.begin(), front, std::uint8_t{0x5a});
  message->emit(out, kFrom, kTo);
  FUZZ_CHECK(Icmpv6Header::parse(out, kFrom, kTo));
  const auto again = MldQuery::parse(out);
  FUZZ_CHECK(again && to_text(*again) == to_text(*message));
  FUZZ_CHECK(again->interval_s() == message->interval_s());
}

void report(Bytes input) {
  if (const auto message = MldMessage::parse(input)) {
    Buffer out(MldMessage::kBytes);
    message->emit(out, kFrom, kTo);
    const auto again = MldMessage::parse(out);
    FUZZ_CHECK(again && to_text(*again) == to_text(*message));
  }
  if (const auto message = MldReport2::parse(input)) {
    Buffer out = copy(input);
    const auto count = static_cast<std::uint16_t>(message->records.size());
    MldReport2::emit(out, count, kFrom, kTo);
    const auto again = MldReport2::parse(out);
    FUZZ_CHECK(again && to_text(*again) == to_text(*message));
  }
}

}  // namespace

void fuzz_mld(Bytes input) {
  query(input);
  report(input);
}

}  // namespace flapjack::fuzz
