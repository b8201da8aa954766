// SPDX-License-Identifier: Apache-2.0
// Input: the options behind a header of 20 bytes.
#include "stack/wire/ipv4_option.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {
namespace {

// As a router does it: the list stays well formed.
void record(const Ipv4Options& options, Buffer header) {
  if (const auto route = options.find(Ipv4OptionType::RecordRoute)) {
    const auto before = Ipv4RouteOption::parse(*route);
    const bool done = record_route(std::span(header).subspan(route->at, route->bytes.size()), {7});
    FUZZ_CHECK(done != before->is_full());
  }
  if (const auto time = options.find(Ipv4OptionType::Timestamp)) {
    record_timestamp(std::span(header).subspan(time->at, time->bytes.size()), {7}, 42);
  }
  FUZZ_CHECK(Ipv4Options(header).ok());
}

}  // namespace

void fuzz_ipv4_option(Bytes input) {
  Ipv4Header ip;
  ip.total_length = kIpv4HeaderBytes + kIpv4OptionBytesMax;
  Buffer header(ip.total_length);
  header.resize(ip.emit(header.data(), input.first(std::min(input.size(), kIpv4OptionBytesMax))));

  const Ipv4Options options(header);
  FUZZ_CHECK(options.ok() ||
             (options.bad_at() >= kIpv4HeaderBytes && options.bad_at() < header.size()));
  std::size_t end = kIpv4HeaderBytes;
  Ipv4Options rest = options;
  for (Ipv4Option option; rest.next(option);) {
    FUZZ_CHECK(option.at >= end && option.bytes.size() >= 2);
    end = option.at + option.bytes.size();
    FUZZ_CHECK(end <= header.size());
  }
  FUZZ_CHECK(options.ok() || !to_text(options).empty());
  static_cast<void>(options.router_alert());
  if (options.ok()) record(options, header);
}

}  // namespace flapjack::fuzz
