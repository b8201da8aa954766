// SPDX-License-Identifier: Apache-2.0
#include "stack/net/cn_buffers.h"

#include <cassert>

namespace flapjack {

struct CnDatagram::Block {
  CnBuffers* owner = nullptr;
  std::vector<std::uint8_t> bytes;
  std::uint32_t from = 0;
  std::uint32_t shares = 0;
  RecordId cause;
};

CnDatagram::CnDatagram(const CnDatagram& other) : block_(other.block_) {
  if (block_ != nullptr) ++block_->shares;
}

CnDatagram::~CnDatagram() {
  if (block_ != nullptr && --block_->shares == 0) block_->owner->release(block_);
}

std::span<const std::uint8_t> CnDatagram::bytes() const {
  assert(block_ != nullptr);
  return block_->bytes;
}

std::uint32_t CnDatagram::from() const {
  assert(block_ != nullptr);
  return block_->from;
}

RecordId CnDatagram::cause() const {
  assert(block_ != nullptr);
  return block_->cause;
}

CnBuffers::CnBuffers(std::size_t bytes_max) : bytes_max_(bytes_max) {}

CnBuffers::~CnBuffers() { assert(free_.size() == blocks_.size()); }

CnDatagram CnBuffers::copy(std::span<const std::uint8_t> bytes, std::uint32_t from,
                           RecordId cause) {
  if (used_ + bytes.size() > bytes_max_) return {};
  if (free_.empty()) {
    blocks_.push_back(std::make_unique<CnDatagram::Block>());
    free_.reserve(blocks_.size());
    free_.push_back(blocks_.back().get());
    free_.back()->owner = this;
  }
  CnDatagram::Block* block = free_.back();
  free_.pop_back();
  block->bytes.assign(bytes.begin(), bytes.end());
  block->from = from;
  block->cause = cause;
  block->shares = 1;
  used_ += bytes.size();
  return CnDatagram(block);
}

void CnBuffers::release(CnDatagram::Block* block) {
  assert(used_ >= block->bytes.size());
  used_ -= block->bytes.size();
  free_.push_back(block);
}

}  // namespace flapjack
