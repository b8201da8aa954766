// SPDX-License-Identifier: Apache-2.0
// The data of published events: bytes, every type of fact, what does not fit, what is refused.
#include "stack/wire/cn_event.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace flapjack {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes bytes_of(const CnEventWriter& event) { return {event.bytes().begin(), event.bytes().end()}; }

TEST(CnEvent, Bytes) {
  CnEventWriter event(0x0102030405060708, 3);
  ASSERT_TRUE(event.text("k", "ab"));
  EXPECT_EQ(bytes_of(event), (Bytes{8, 7, 6, 5, 4, 3, 2, 1, 3, 0, 0, 0, 7, 0, 0, 0,  //
                                    2, 1, 2, 0, 'k', 'a', 'b'}));
}

TEST(CnEvent, EveryTypeOfFact) {
  CnEventWriter event(5, 0);
  ASSERT_TRUE(event.number("n", -2) && event.text("t", "IF_UP") &&
              event.address("a", Ipv4Address{0xc0000201}) &&
              event.address("b", Ipv6Address{0x20010db800000000, 1}) &&
              event.number("e", 116, CnFactType::Errno) &&
              event.number("d", 1'000'000, CnFactType::Duration));
  CnEventReader reader(event.bytes());
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(reader.at_ns(), 5);
  CnFact fact;
  ASSERT_TRUE(reader.next(fact));
  EXPECT_EQ(fact.key, "n");
  EXPECT_EQ(fact.number(), -2);
  ASSERT_TRUE(reader.next(fact));
  EXPECT_EQ(fact.text(), "IF_UP");
  EXPECT_EQ(fact.number(), 0);
  ASSERT_TRUE(reader.find("a", fact));
  EXPECT_EQ(Bytes(fact.value.begin(), fact.value.end()), (Bytes{192, 0, 2, 1}));
  ASSERT_TRUE(reader.next(fact));
  EXPECT_EQ(fact.value.size(), 16u);
  ASSERT_TRUE(reader.next(fact));
  EXPECT_EQ(fact.type, CnFactType::Errno);
  EXPECT_EQ(fact.number(), 116);
  EXPECT_TRUE(reader.find("d", fact));
  EXPECT_FALSE(reader.next(fact));
}

TEST(CnEvent, WhatDoesNotFitIsLeftOut) {
  CnEventWriter event(0, 0);
  EXPECT_FALSE(event.text("t", std::string(CnEventWriter::kBytesMax, 'x')));
  EXPECT_TRUE(event.text("t", std::string(CnEventWriter::kBytesMax - 16 - 4 - 1, 'x')));
  EXPECT_EQ(event.bytes().size(), CnEventWriter::kBytesMax);
  EXPECT_FALSE(event.number("n", 1));
  EXPECT_TRUE(CnEventReader(event.bytes()).ok());
}

TEST(CnEvent, Refusals) {
  CnEventWriter event(0, 0);
  ASSERT_TRUE(event.text("key", "value"));
  const Bytes good = bytes_of(event);
  ASSERT_TRUE(CnEventReader(good).ok());
  for (std::size_t i = 0; i < good.size(); ++i) {
    EXPECT_FALSE(CnEventReader(std::span(good).first(i)).ok()) << i;
  }
  for (const std::size_t at : {12, 14, 17, 18}) {  // facts, zero, lengths of key and value
    Bytes wrong = good;
    ++wrong[at];
    EXPECT_FALSE(CnEventReader(wrong).ok()) << at;
  }
}

}  // namespace
}  // namespace flapjack
