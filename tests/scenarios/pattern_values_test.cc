// SPDX-License-Identifier: Apache-2.0
// Which values a pattern may ask for, by what its key is.
#include "scenarios/pattern_values.h"

#include <gtest/gtest.h>

namespace flapjack {
namespace {

TEST(PatternValues, AreOfTheirKind) {
  using K = ValueKind;
  const struct {
    K kind;
    const char* text;
    const char* value;  ///< null: the key never has it
  } rows[] = {
      {K::Text, "any", "any"},
      {K::Number, "0", "0"},
      {K::Number, "-1", nullptr},
      {K::Number, "+1", nullptr},
      {K::Number, "1.5", nullptr},
      {K::Number, "0x10", nullptr},
      {K::Number, "99999999999999999999999", nullptr},
      {K::Integer, "-1", "-1"},
      {K::Integer, "--1", nullptr},
      {K::Bytes, "64", "64"},
      {K::Bytes, "1.5kB", "1.5kB"},
      {K::Bytes, "1.5B", nullptr},
      {K::Bytes, "-64B", nullptr},
      {K::Bytes, "5ms", nullptr},
      {K::Time, "1.2ms", "1.2ms"},
      {K::Time, "0s", "0s"},
      {K::Time, "4294967294s", "4294967294s"},  // a lease may be longer than a file may say
      {K::Time, "5", nullptr},
      {K::Time, "-5ms", nullptr},
      {K::Time, "5m", nullptr},
      {K::Time, "1.5ns", nullptr},
      {K::Ipv4, "10.0.0.2", "10.0.0.2"},
      {K::Ipv4, "10.0.0.300", nullptr},
      {K::Ipv4, "10.0.0.2/24", nullptr},
      {K::Ipv4, "fe80::1", nullptr},
      {K::Ipv6, "2001:DB8:0::1", "2001:db8::1"},
      {K::Ipv6, "10.0.0.2", nullptr},
      {K::Address, "10.0.0.2", "10.0.0.2"},
      {K::Address, "FE80::1", "fe80::1"},
      {K::Address, "host", nullptr},
      {K::Locks, "monitor->iface:dev.wifi0->monitor", "monitor->iface:dev.wifi0->monitor"},
      {K::Locks, "iface:a.b->binding:a.b->iface:a.b", "iface:a.b->binding:a.b->iface:a.b"},
      {K::Locks, "monitor", nullptr},
      {K::Locks, "monitor->monitor", nullptr},
      {K::Locks, "monitor->iface:dev.wifi0", nullptr},
      {K::Locks, "monitor->ifase:dev.wifi0->monitor", nullptr},
      {K::Locks, "monitor->iface:->monitor", nullptr},
  };
  for (const auto& row : rows) {
    const auto value = value_text(row.kind, row.text);
    EXPECT_EQ(value.value_or("never"), row.value != nullptr ? row.value : "never") << row.text;
    EXPECT_TRUE(value || !value_help(row.kind, row.text).empty()) << row.text;
  }
  EXPECT_EQ(value_help(K::Time, "5"), "write \"5ms\" or \"5s\"");
}

}  // namespace
}  // namespace flapjack
