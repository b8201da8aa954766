// SPDX-License-Identifier: Apache-2.0
#include "stack/net/cn_registry.h"

#include <algorithm>

namespace flapjack {

Status CnRegistry::add(CnId id, std::string_view name, CnCallback callback) {
  if (entries_.size() >= max_) return Errc::Enomem;
  if (find(id) != nullptr) return Errc::Einval;
  auto entry = std::make_unique<CnEntry>();
  entry->id = id;
  entry->name = name.substr(0, kNameBytesMax);
  entry->callback = std::move(callback);
  entries_.push_back(std::move(entry));
  return {};
}

CnEntry* CnRegistry::find(CnId id) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const auto& entry) { return entry->id == id; });
  return found != entries_.end() ? found->get() : nullptr;
}

CnEntry* CnRegistry::remove(CnId id) {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const auto& entry) { return entry->id == id; });
  if (found == entries_.end()) return nullptr;
  removed_.push_back(std::move(*found));
  entries_.erase(found);
  return removed_.back().get();
}

}  // namespace flapjack
