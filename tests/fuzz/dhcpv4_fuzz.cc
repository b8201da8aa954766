// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/dhcpv4.h"
#include "tests/fuzz/fuzz.h"

namespace flapjack::fuzz {

void fuzz_dhcpv4(Bytes input) {
  Dhcpv4Message message;
  const auto error = Dhcpv4Message::parse(input, message);
  FUZZ_CHECK(!dhcpv4_error_name(error).empty());
  if (error != Dhcpv4Message::Error::None) return;
  FUZZ_CHECK(!to_text(message).empty());
  Buffer out(2048);  // room for all that a message can hold
  const std::size_t length = message.emit(out);
  FUZZ_CHECK(length > kDhcpv4OptionsOffset && length <= out.size());
  Dhcpv4Message again;
  FUZZ_CHECK(Dhcpv4Message::parse(Bytes(out).first(length), again) == Dhcpv4Message::Error::None);
  FUZZ_CHECK(again == message);
  // what does not fit is not written at all
  Buffer small(length - 1);
  FUZZ_CHECK(message.emit(small) == 0);
}

}  // namespace flapjack::fuzz
