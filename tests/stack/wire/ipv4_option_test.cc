// SPDX-License-Identifier: Apache-2.0
#include "stack/wire/ipv4_option.h"

#include <gtest/gtest.h>

#include "stack/wire/bytes.h"
#include "tests/stack/wire/codec_rig.h"

namespace flapjack {
namespace {

using test::at_every_length;
using test::Bytes;
using test::hex;
using test::ip4;

// A whole header with these options behind 20 bytes, filled up with zeros.
Bytes header(const Bytes& options) {
  Ipv4Header h;
  h.total_length = kIpv4HeaderBytes + kIpv4OptionBytesMax;
  Bytes bytes(kIpv4HeaderBytes + kIpv4OptionBytesMax);
  bytes.resize(h.emit(bytes.data(), options));
  return bytes;
}

TEST(Ipv4Options, WellFormed) {
  struct Row {
    const char* options;
    const char* text;
  };
  for (const Row& row : {
           Row{"", ""},
           Row{"01 01 01 00", ""},
           Row{"00 ff ff ff", ""},  // nothing counts behind the end
           Row{"94 04 0000", "router_alert"},
           Row{"07 0b 08 c0000201 00000000 01", "record_route 1 of 2 {192.0.2.1 0.0.0.0}"},
           Row{"07 07 08 c0000201 00", "record_route 1 of 1 {192.0.2.1}"},
           Row{"07 07 ff c0000201 00", "record_route 1 of 1 {192.0.2.1}"},
           Row{"07 03 04 00", "record_route 0 of 0 {}"},
           Row{"83 07 04 c0000201 00", "loose_route 0 of 1 {192.0.2.1}"},
           Row{"89 07 04 c0000201 00", "strict_route 0 of 1 {192.0.2.1}"},
           Row{"44 08 05 10 00000000", "timestamp at 5 overflow 1"},
           Row{"44 0c 0d 03 c0000201 00000001", "timestamp at 13 overflow 0"},
           Row{"88 04 1234 01 94 04 0000", "option 136, router_alert"},
       }) {
    const Bytes bytes = header(hex(row.options));
    const Ipv4Options options(bytes);
    EXPECT_TRUE(options.ok()) << row.options;
    EXPECT_EQ(to_text(options), row.text) << row.options;
  }
}

TEST(Ipv4Options, TheProblemIsWhereThePointerSays) {
  struct Row {
    const char* what;
    const char* options;
    int bad_at;
  };
  for (const Row& row : {
           Row{"no length byte", "01 01 01 07", 23},
           Row{"length 0", "07 00 00 00", 21},
           Row{"length 1", "88 01 00 00", 21},
           Row{"over the end", "88 05 00 00", 21},
           Row{"record route of 2 bytes", "07 02 00 00", 21},
           Row{"not whole addresses", "07 06 04 000000 00 00", 21},
           Row{"pointer into the front", "07 07 03 00000000 00", 22},
           Row{"pointer into an address", "07 07 05 00000000 00", 22},
           Row{"timestamp of 3 bytes", "44 03 05 00", 21},
           Row{"timestamp pointer", "44 08 04 00 00000000", 22},
           Row{"timestamp flag 2", "44 08 05 02 00000000", 23},
           Row{"half an address with time", "44 08 05 01 00000000", 21},
           Row{"router alert of 3 bytes", "94 03 00 00", 21},
           Row{"behind a good one", "01 94 04 0000 07 02 00", 26},
           Row{"two source routes", "83 03 04 89 03 04 00 00", 23},
       }) {
    const Bytes bytes = header(hex(row.options));
    const Ipv4Options options(bytes);
    EXPECT_FALSE(options.ok()) << row.what;
    EXPECT_EQ(options.bad_at(), row.bad_at) << row.what;
    EXPECT_NE(to_text(options).find("bad option at " + std::to_string(row.bad_at)),
              std::string::npos);
  }
}

TEST(Ipv4Options, RouterAlertCountsWithItsValueOnly) {
  EXPECT_TRUE(Ipv4Options(header(hex("94040000"))).router_alert());
  EXPECT_FALSE(Ipv4Options(header(hex("94040001"))).router_alert());
  EXPECT_FALSE(Ipv4Options(header({})).router_alert());
  Bytes out(kIpv4RouterAlertBytes, 0x55);
  emit_ipv4_router_alert(out.data());
  EXPECT_EQ(out, hex("94040000"));
}

TEST(Ipv4Options, AreCopiedIntoFragmentsOrNot) {
  for (const auto& [options, copied] : std::initializer_list<std::pair<const char*, bool>>{
           {"94040000", true}, {"83030400", true}, {"07030400", false}, {"44040500", false}}) {
    const Bytes bytes = header(hex(options));
    Ipv4Option option;
    Ipv4Options list(bytes);
    ASSERT_TRUE(list.next(option));
    EXPECT_EQ(option.is_copied(), copied);
    EXPECT_EQ(option.at, 20);
  }
}

TEST(Ipv4Options, ARouteIsRecordedUntilItIsFull) {
  Bytes option(kIpv4OptionBytesMax);
  option.resize(emit_ipv4_record_route(option.data(), 2));
  EXPECT_EQ(option, hex("07 0b 04 00000000 00000000"));
  EXPECT_TRUE(record_route(option, ip4("192.0.2.1")));
  EXPECT_TRUE(record_route(option, ip4("192.0.2.2")));
  EXPECT_FALSE(record_route(option, ip4("192.0.2.3")));
  EXPECT_EQ(option, hex("07 0b 0c c0000201 c0000202"));
  const Bytes bytes = header(option);
  EXPECT_TRUE(
      Ipv4RouteOption::parse(*Ipv4Options(bytes).find(Ipv4OptionType::RecordRoute))->is_full());
}

TEST(Ipv4Options, TimesAreRecordedThenCounted) {
  Bytes option(kIpv4OptionBytesMax);
  option.resize(emit_ipv4_timestamp(option.data(), Ipv4TimestampKind::Times, 1));
  EXPECT_TRUE(record_timestamp(option, ip4("192.0.2.1"), 0x01020304));
  EXPECT_EQ(option, hex("44 08 09 00 01020304"));
  for (int i = 1; i <= 15; ++i) EXPECT_TRUE(record_timestamp(option, {}, 1));
  EXPECT_EQ(option[3], 0xf0);
  EXPECT_FALSE(record_timestamp(option, {}, 1));
}

TEST(Ipv4Options, TimesWithAddresses) {
  Bytes option(kIpv4OptionBytesMax);
  option.resize(emit_ipv4_timestamp(option.data(), Ipv4TimestampKind::TimesAndAddresses, 1));
  EXPECT_TRUE(record_timestamp(option, ip4("192.0.2.1"), 7));
  EXPECT_EQ(option, hex("44 0c 0d 01 c0000201 00000007"));
}

TEST(Ipv4Options, PrespecifiedTimesAreForTheNodeThatIsNamed) {
  Bytes option(kIpv4OptionBytesMax);
  option.resize(emit_ipv4_timestamp(option.data(), Ipv4TimestampKind::Prespecified, 1));
  wire::store_address(&option[4], ip4("192.0.2.2"));
  EXPECT_TRUE(record_timestamp(option, ip4("192.0.2.1"), 7));
  EXPECT_EQ(option, hex("44 0c 05 03 c0000202 00000000"));
  EXPECT_TRUE(record_timestamp(option, ip4("192.0.2.2"), 7));
  EXPECT_EQ(option, hex("44 0c 0d 03 c0000202 00000007"));
  EXPECT_TRUE(record_timestamp(option, ip4("192.0.2.2"), 8));  // nothing is counted
  EXPECT_EQ(option, hex("44 0c 0d 03 c0000202 00000007"));
}

TEST(Ipv4Options, CutAnywhereNothingIsReadBehindTheEnd) {
  for (const char* options : {"07 0b 08 c0000201 00000000 94 04 0000 44 0c 0d 03 c0000201 00000001",
                              "83 07 04 c0000201 07 03 04"}) {
    const Bytes whole = header(hex(options));
    at_every_length(whole, [](std::span<const std::uint8_t> b) {
      if (b.size() < kIpv4HeaderBytes) return;
      const Ipv4Options list(b);
      EXPECT_TRUE(list.ok() || list.bad_at() < b.size());
      EXPECT_GE(to_text(list).size(), 0u);
    });
  }
}

TEST(Ipv4HeaderWithOptions, RoundTrip) {
  Ipv4Header h;
  h.protocol = 2;
  h.ttl = 1;
  h.source = ip4("192.0.2.1");
  h.destination = ip4("224.0.0.22");
  h.total_length = 34;
  Bytes out(34, 0x55);
  EXPECT_EQ(h.emit(out.data(), hex("94040000 01")), 28u);
  Ipv4Header got;
  ASSERT_EQ(Ipv4Header::parse(out, {}, got), Ipv4Header::Error::None);
  EXPECT_EQ(got.header_bytes, 28);
  EXPECT_EQ(got.payload_bytes(), 6u);
  EXPECT_EQ(to_text(Ipv4Options(std::span(out).first(28))), "router_alert");
  EXPECT_EQ(std::vector(out.begin() + 20, out.begin() + 28), hex("94040000 01000000"));
  // in place: as after a record route was changed
  EXPECT_EQ(h.emit(out.data(), std::span(out).subspan(20, 8)), 28u);
  EXPECT_EQ(Ipv4Header::parse(out, {}, got), Ipv4Header::Error::None);
  EXPECT_EQ(out[28], 0x55);  // the payload is not touched
}

}  // namespace
}  // namespace flapjack
