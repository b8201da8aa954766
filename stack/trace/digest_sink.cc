// SPDX-License-Identifier: Apache-2.0
#include "stack/trace/digest_sink.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>

#include "stack/wire/little_endian.h"

namespace flapjack {
namespace {

// Fields are gathered first: one hash update a record (or a full buffer) instead of one a byte.
class Canonical {
 public:
  explicit Canonical(XXH3_state_t& hash) : hash_(hash) {}
  ~Canonical() { flush(); }
  Canonical(const Canonical&) = delete;
  Canonical& operator=(const Canonical&) = delete;

  void number(std::uint64_t v) {
    std::array<std::uint8_t, sizeof v> bytes;
    wire::store_le64(bytes.data(), v);
    put(bytes.data(), bytes.size());
  }
  void text(std::string_view t) {
    number(t.size());
    put(reinterpret_cast<const std::uint8_t*>(t.data()), t.size());
  }

 private:
  void put(const std::uint8_t* bytes, std::size_t count) {
    if (count > buffer_.size() - size_) {
      flush();
      if (count > buffer_.size()) {
        XXH3_128bits_update(&hash_, bytes, count);
        return;
      }
    }
    std::copy_n(bytes, count, buffer_.data() + size_);
    size_ += count;
  }
  void flush() {
    XXH3_128bits_update(&hash_, buffer_.data(), size_);
    size_ = 0;
  }
  XXH3_state_t& hash_;
  std::array<std::uint8_t, 512> buffer_;
  std::size_t size_ = 0;
};

}  // namespace

struct DigestSink::State {
  XXH3_state_t hash;
};

DigestSink::DigestSink() : state_(std::make_unique<State>()) {
  XXH3_128bits_reset(&state_->hash);
}

DigestSink::~DigestSink() = default;

void DigestSink::record(const Tracer& tracer, const TraceRecord& record) {
  ++count_;
  Canonical c(state_->hash);
  c.number(record.seq.value);
  c.number(record.cause.value);
  c.number(static_cast<std::uint64_t>(record.at.ns));
  c.number(static_cast<std::uint64_t>(record.kind));
  c.text(tracer.path(record.subject));
  c.text(record.name);
  c.number(record.packet.value);
  c.number(record.parent.value);
  c.number(record.attrs.size());  // every list says its length, so that no two traces look alike
  for (const Attr& attr : record.attrs) {
    if (attr.key == "src") continue;
    c.text(attr.key);
    c.number(static_cast<std::uint64_t>(attr.type));
    c.number(static_cast<std::uint64_t>(attr.number));
    if (attr.type == Attr::Type::Address6) c.number(static_cast<std::uint64_t>(attr.high));
    c.text(attr.text);
  }
  const bool on_medium = record.frame != nullptr && record.name == hop_name(Hop::LinkIn);
  c.number(on_medium);
  if (on_medium) {
    const auto bytes = record.frame->bytes();
    c.text({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
}

std::string DigestSink::digest() const {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&state_->hash));
  std::string text;
  for (const unsigned char byte : canonical.digest) {
    constexpr std::string_view kHex = "0123456789abcdef";
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

}  // namespace flapjack
