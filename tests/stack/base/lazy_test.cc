// SPDX-License-Identifier: Apache-2.0
#include "stack/base/lazy.h"

#include <gtest/gtest.h>

namespace flapjack {
namespace {

struct Owner;

struct Part {
  explicit Part(Owner& of);
  ~Part();
  Owner& owner;
  int value = 7;
};

struct Owner {
  int made = 0, destroyed = 0;
  Lazy<Part, Owner> part{*this};
};

Part::Part(Owner& of) : owner(of) { ++of.made; }
Part::~Part() { ++owner.destroyed; }

TEST(Lazy, IsOneWord) { EXPECT_EQ(sizeof(Owner::part), sizeof(void*)); }

TEST(Lazy, IsMadeAtTheFirstUse) {
  Owner owner;
  EXPECT_EQ(owner.part.made(), nullptr);
  EXPECT_EQ(owner.made, 0);
  owner.part->value = 8;
  EXPECT_EQ(owner.made, 1);
  EXPECT_EQ(&owner.part->owner, &owner);
}

TEST(Lazy, StaysTheSameOne) {
  Owner owner;
  Part* const first = &*owner.part;
  EXPECT_EQ(owner.part.made(), first);
  EXPECT_EQ(&*owner.part, first);
  EXPECT_EQ(owner.part->value, 7);
  EXPECT_EQ(owner.made, 1);
  EXPECT_EQ(owner.destroyed, 0);
}

TEST(Lazy, AskingWhetherItIsThereMakesNothing) {
  Owner owner;
  const Owner& seen = owner;
  EXPECT_EQ(seen.part.made(), nullptr);
  Part* const made = &*owner.part;
  EXPECT_EQ(seen.part.made(), made);
  EXPECT_EQ(owner.made, 1);
}

TEST(Lazy, IsDestroyedWithItsOwnerIfItWasMade) {
  Owner owner;
  {
    Lazy<Part, Owner> never(owner), used(owner);
    static_cast<void>(*used);
  }
  EXPECT_EQ(owner.made, 1);
  EXPECT_EQ(owner.destroyed, 1);
}

TEST(Lazy, APartCanGoToAnother) {
  Owner one, other;
  EXPECT_EQ(&one.part.owner(), &one);
  Part* const part = &*one.part;
  other.part.put(one.part.take(one));
  EXPECT_EQ(one.part.made(), nullptr);
  EXPECT_EQ(&one.part.owner(), &one);
  EXPECT_EQ(other.part.made(), part);
  one.part->value = 9;
  EXPECT_EQ(one.made, 2) << "a new one";
}

TEST(Lazy, CanEndAheadOfItsOwner) {
  Owner owner;
  owner.part->value = 9;
  owner.part.end();
  EXPECT_EQ(owner.destroyed, 1);
  EXPECT_EQ(owner.part.made(), nullptr);
}

}  // namespace
}  // namespace flapjack
