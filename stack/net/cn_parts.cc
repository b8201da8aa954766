// SPDX-License-Identifier: Apache-2.0
#include "stack/net/cn_parts.h"

#include "stack/net/stack.h"

namespace flapjack {

CnParts::CnParts(Stack& stack)
    : connector(stack.tracer(), stack.subject(), stack.config().connector),
      feed(stack, connector) {
  if (stack.has_booted()) start();
}

void CnParts::start() {
  connector.init();
  feed.start();
}

}  // namespace flapjack
