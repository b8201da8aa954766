// SPDX-License-Identifier: Apache-2.0
#include "stack/packet/packet_pool.h"

#include <utility>

namespace flapjack {

PacketRequest::~PacketRequest() {
  if (pool_ != nullptr) pool_->cancel(*this);
}

// Nobody overtakes those who wait.
bool PacketPool::admit(std::size_t buffers) {
  if (first_ == nullptr && fits(buffers)) return true;
  note_failure();
  return false;
}

PacketPtr PacketPool::count(PacketPtr packet, std::size_t buffers) {
  packet->pool_ = this;
  packet->buffers_ = static_cast<std::uint32_t>(buffers);
  ++in_use_;
  buffers_in_use_ += static_cast<std::uint32_t>(buffers);
  return packet;
}

PacketPtr PacketPool::allocate(std::size_t bytes) {
  const std::size_t buffers = buffers_for(bytes);
  return admit(buffers) ? make(buffers) : nullptr;
}

PacketPtr PacketPool::make(std::size_t buffers) {
  PacketPtr packet = count(slab_.allocate(), buffers);
  packet->meta.priority = made_.priority;
  return packet;
}

PacketPtr PacketPool::clone(const Packet& original) {
  const std::size_t buffers = buffers_for(original.size());
  return admit(buffers) ? count(slab_.clone(original), buffers) : nullptr;
}

bool PacketPool::adopt(Packet& packet) {
  if (packet.pool_ == this) return true;
  const std::size_t buffers = buffers_for(packet.size());
  if (!admit(buffers)) return false;
  disown(packet);
  packet.pool_ = this;
  packet.buffers_ = static_cast<std::uint32_t>(buffers);
  ++in_use_;
  buffers_in_use_ += static_cast<std::uint32_t>(buffers);
  return true;
}

void PacketPool::disown(Packet& packet) {
  if (packet.pool_ == nullptr) return;
  PacketPool& pool = *packet.pool_;
  packet.pool_ = nullptr;
  pool.give_back(packet.buffers_);
}

void PacketPool::give_back(std::size_t buffers) {
  --in_use_;
  buffers_in_use_ -= static_cast<std::uint32_t>(buffers);
  if (first_ != nullptr) serve();
}

void PacketPool::wait(PacketRequest& request) {
  assert(request.pool_ == nullptr && request.packet == nullptr);
  request.pool_ = this;
  request.next_ = nullptr;
  if (first_ == nullptr) {
    first_ = request.prev_ = &request;
  } else {
    request.prev_ = std::exchange(first_->prev_, &request);
    request.prev_->next_ = &request;
  }
  serve();
}

void PacketPool::unlink(PacketRequest& request) {
  if (&request == first_) {
    first_ = request.next_;
  } else {
    request.prev_->next_ = request.next_;
    if (request.next_ == nullptr) first_->prev_ = request.prev_;
  }
  if (request.next_ != nullptr) request.next_->prev_ = request.prev_;
  request.pool_ = nullptr;
}

// The one behind may need less than the one that leaves.
void PacketPool::cancel(PacketRequest& request) {
  if (request.pool_ != this) return;
  unlink(request);
  serve();
}

void PacketPool::serve() {
  while (first_ != nullptr && fits(buffers_for(first_->bytes))) {
    PacketRequest& request = *first_;
    unlink(request);
    request.packet = make(buffers_for(request.bytes));
    request.granted();
  }
}

void PacketPool::set_limit(std::size_t packets) {
  packets_ = count_of(packets);
  serve();
}

void PacketPool::set_buffer_limit(std::size_t buffers) {
  buffers_ = count_of(buffers);
  serve();
}

}  // namespace flapjack
