// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/igmp.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {
namespace {

void header(Bytes input) {
  const auto read = IgmpHeader::parse(input, {.fill = true, .verify = false});
  FUZZ_CHECK(read.has_value() == (input.size() >= kIgmpHeaderBytes));
  if (!read) return;
  Buffer out = copy(input);
  read->emit(out);
  FUZZ_CHECK(same_but_checksum(out, input, 2));
  FUZZ_CHECK(IgmpHeader::parse(out) == read);
  FUZZ_CHECK(!to_text(*read).empty());
}

void query(Bytes input) {
  const auto message = IgmpQuery::parse(input);
  if (!message) return;
  const std::size_t front = message->version == 3 ? IgmpQuery::kBytes3 : kIgmpHeaderBytes;
  Buffer out = copy(input.first(front + message->sources.size() * 4));
  std::fill_n(out.begin(), front, std::uint8_t{0x5a});
  message->emit(out);
  FUZZ_CHECK(IgmpHeader::parse(out));
  const auto again = IgmpQuery::parse(out);
  FUZZ_CHECK(again && to_text(*again) == to_text(*message));
  FUZZ_CHECK(again->interval_s() == message->interval_s());
}

void report(Bytes input) {
  const auto message = IgmpReport3::parse(input);
  if (!message) return;
  Buffer out = copy(input);
  IgmpReport3::emit(out, static_cast<std::uint16_t>(message->records.size()));
  FUZZ_CHECK(IgmpHeader::parse(out));
  const auto again = IgmpReport3::parse(out);
  FUZZ_CHECK(again && to_text(*again) == to_text(*message));
}

}  // namespace

void fuzz_igmp(Bytes input) {
  header(input);
  query(input);
  report(input);
}

}  // namespace flapjack::fuzz
