// SPDX-License-Identifier: Apache-2.0
// CnParts: a node's Connector with what is published on it. The Stack makes both when somebody
// first asks for one: most nodes have no agents.
#pragma once
#include "stack/net/cn_feed.h"
#include "stack/net/connector.h"

namespace flapjack {

struct CnParts {
  /// Started at once when the node has booted before.
  explicit CnParts(Stack& stack);
  /// From now on callbacks may be registered, the feed's first; once, when the node boots.
  void start();

  Connector connector;
  CnFeed feed;
};

}  // namespace flapjack
