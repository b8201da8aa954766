// SPDX-License-Identifier: Apache-2.0
#include "offload/lwip_instance.h"

#include <bit>
#include <cassert>
#include <cstring>
#include <span>
#include <thread>

#include "lwip/init.h"
#include "lwip/timeouts.h"
#include "stack/wire/checksum.h"

extern "C" {
extern unsigned char __start_lwstate[], __stop_lwstate[];  // NOLINT: the linker's names
// lwIP reads its TCP sizes from variables; they belong to the loaded bytes.
// tidy: allow(global): written at every switch, see Section
std::uint32_t flapjack_lwip_wnd, flapjack_lwip_snd_buf;
// tidy: allow(global): written at every switch, see Section
std::uint16_t flapjack_lwip_mss;
// tidy: allow(global): written at every switch, see Section
std::uint8_t flapjack_lwip_rcv_scale, flapjack_lwip_max_rtx, flapjack_lwip_syn_max_rtx;
}

namespace flapjack {
namespace {

// The project's only process-wide state, because the section is: whose bytes it holds and on whose
// behalf lwIP runs. (The flapjack_lwip_* variables above are part of the loaded bytes.) It decides
// nothing an instance can see, so Worlds cannot influence each other through it.
struct Section {
  LwipInstance* loaded = nullptr;
  LwipInstance* entered = nullptr;
  std::unique_ptr<std::uint8_t[]> pristine;  // the section as the program file has it
  std::uint64_t switches = 0;
  std::size_t instances = 0;
  // tidy: allow(thread): only to assert that all instances live on one
  std::thread::id thread;
};
// tidy: allow(global): the section is the program's, and so is who has it
Section g_section;

const std::uint8_t* pristine() {
  if (g_section.pristine == nullptr) {
    const std::size_t bytes = LwipInstance::state_bytes();
    g_section.pristine = std::make_unique_for_overwrite<std::uint8_t[]>(bytes);
    std::memcpy(g_section.pristine.get(), __start_lwstate, bytes);
  }
  return g_section.pristine.get();
}

}  // namespace

LwipTcpSizes LwipTcpSizes::with_window(std::uint32_t bytes) {
  LwipTcpSizes sizes;
  sizes.window = sizes.send_buffer = bytes;
  while (sizes.window_scale < 14 && bytes > 65535u << sizes.window_scale) ++sizes.window_scale;
  return sizes;
}

bool LwipTcpSizes::valid() const {
  return mss >= 64 && mss <= 1460 && window_scale <= 14 && window >= mss &&
         window <= std::uint64_t{65535} << window_scale && window >> window_scale != 0 &&
         send_buffer >= 2u * mss && send_buffer <= (1u << 30) && max_retransmits >= 1 &&
         max_retransmits <= 12 && max_syn_retransmits >= 1 && max_syn_retransmits <= 12;
}

LwipInstance::LwipInstance(const Scheduler& clock, RandomStream& random, const LwipTcpSizes& tcp,
                           std::size_t heap_limit)
    : clock_(clock),
      random_(random),
      tcp_(tcp),
      heap_(heap_limit),
      image_(std::make_unique_for_overwrite<std::uint8_t[]>(state_bytes())) {
  assert(tcp.valid());
  if (g_section.instances++ == 0) g_section.thread = std::this_thread::get_id();
  std::memcpy(image_.get(), pristine(), state_bytes());
  Entry entry(*this);
  lwip_init();
}

LwipInstance::~LwipInstance() {
  assert(g_section.entered != this);
  if (g_section.loaded == this) g_section.loaded = nullptr;
  --g_section.instances;
}

std::size_t LwipInstance::state_bytes() {
  return static_cast<std::size_t>(__stop_lwstate - __start_lwstate);
}

std::uint64_t LwipInstance::switches() {
  return g_section.switches;
}

void LwipInstance::load() {
  assert(g_section.thread == std::this_thread::get_id());
  const std::size_t bytes = state_bytes();
  if (g_section.loaded != nullptr) {
    std::memcpy(g_section.loaded->image_.get(), __start_lwstate, bytes);
  }
  std::memcpy(__start_lwstate, image_.get(), bytes);
  g_section.loaded = this;
  ++g_section.switches;
  flapjack_lwip_wnd = tcp_.window;
  flapjack_lwip_snd_buf = tcp_.send_buffer;
  flapjack_lwip_mss = tcp_.mss;
  flapjack_lwip_rcv_scale = tcp_.window_scale;
  flapjack_lwip_max_rtx = tcp_.max_retransmits;
  flapjack_lwip_syn_max_rtx = tcp_.max_syn_retransmits;
}

LwipInstance::Entry::Entry(LwipInstance& instance) : before_(g_section.entered) {
  if (g_section.loaded != &instance) instance.load();
  g_section.entered = &instance;
}

LwipInstance::Entry::~Entry() {
  g_section.entered = before_;
  if (before_ != nullptr && g_section.loaded != before_) before_->load();
}

}  // namespace flapjack

// What lwIP calls; always on behalf of the entered instance.
using flapjack::g_section;

extern "C" {

u32_t sys_now(void) {
  return g_section.entered->now_ms();
}

// A timer that cannot be had is an assertion in lwIP, and a real port reserves their memory: what
// has their size is never refused. TCP segments have it, too, but none comes without a pbuf.
void* flapjack_lwip_malloc(size_t bytes) {
  return g_section.entered->heap().allocate(bytes, bytes == sizeof(struct sys_timeo));
}

void* flapjack_lwip_calloc(size_t count, size_t bytes) {
  if (bytes != 0 && count > SIZE_MAX / bytes) return nullptr;
  void* memory = flapjack_lwip_malloc(count * bytes);
  if (memory != nullptr) std::memset(memory, 0, count * bytes);
  return memory;
}

void flapjack_lwip_free(void* memory) {
  if (memory != nullptr) g_section.entered->heap().release(memory);
}

uint32_t flapjack_lwip_random(void) {
  return g_section.entered->random();
}

int flapjack_lwip_entered(void) {
  return g_section.entered != nullptr;
}

void flapjack_lwip_assert(const char* message, const char*, int) {
  throw flapjack::LwipCrash(message);
}

// lwIP wants the sum as a 16-bit word in memory order, not complemented.
uint16_t flapjack_lwip_sum(const void* data, int bytes) {
  const auto sum = static_cast<uint16_t>(~flapjack::checksum(
      {static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(bytes)}));
  if constexpr (std::endian::native == std::endian::little) {
    return static_cast<uint16_t>(sum << 8 | sum >> 8);
  }
  return sum;
}

}  // extern "C"
