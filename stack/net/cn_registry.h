// SPDX-License-Identifier: Apache-2.0
// CnRegistry: the callbacks of a Connector by id, in the order of their registration (Linux:
// cn_queue.c). An entry that goes while it is being called stays until the call is over.
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stack/base/status.h"
#include "stack/wire/cn_msg.h"

namespace flapjack {

/// A message as a callback gets it; `data` is valid during the call.
struct CnRequest {
  CnMsgHeader header;
  std::span<const std::uint8_t> data;
  std::uint32_t from = 0;  ///< the port of the socket that sent it
};
using CnCallback = std::function<void(const CnRequest&)>;

struct CnEntry {
  CnId id;
  std::string name;
  CnCallback callback;
  std::size_t pending = 0;  ///< messages that wait for it in the work queue
  std::uint32_t group() const { return id.idx; }
};

class CnRegistry {
 public:
  static constexpr std::size_t kNameBytesMax = 31;  ///< CN_CBQ_NAMELEN - 1
  explicit CnRegistry(std::size_t entries_max) : max_(entries_max) {}

  /// Enomem: full; Einval: the id is taken.
  Status add(CnId id, std::string_view name, CnCallback callback);
  /// The entry, which stays alive until bury(); null when there was none.
  CnEntry* remove(CnId id);
  CnEntry* find(CnId id) const;
  /// Forgets removed entries; while none of them is at work.
  void bury() { removed_.clear(); }
  const std::vector<std::unique_ptr<CnEntry>>& entries() const { return entries_; }

 private:
  std::size_t max_;
  std::vector<std::unique_ptr<CnEntry>> entries_, removed_;
};

}  // namespace flapjack
