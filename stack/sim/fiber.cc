// SPDX-License-Identifier: Apache-2.0
#include "stack/sim/fiber.h"

#include <cxxabi.h>

#include <algorithm>
#include <boost/context/fiber.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>
#include <cassert>
#include <cstring>
#include <exception>
#include <utility>

#include "stack/sim/timer.h"

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/common_interface_defs.h>
#define FLAPJACK_ASAN 1
#else
#define FLAPJACK_ASAN 0
#endif

namespace flapjack {
namespace {

constexpr std::size_t kStackBytes = 256 * 1024;  // mapped lazily; deep app callbacks fit

// The sanitizer keeps a fake stack a fiber and has to be told of every switch.
struct StackMark {
  void* fake = nullptr;
  const void* bottom = nullptr;
  std::size_t size = 0;
};

void before_switch([[maybe_unused]] StackMark& from, [[maybe_unused]] const StackMark& to,
                   [[maybe_unused]] bool from_ends) {
#if FLAPJACK_ASAN
  __sanitizer_start_switch_fiber(from_ends ? nullptr : &from.fake, to.bottom, to.size);
#endif
}

void after_switch([[maybe_unused]] StackMark& here, [[maybe_unused]] StackMark* came_from) {
#if FLAPJACK_ASAN
  __sanitizer_finish_switch_fiber(here.fake, came_from ? &came_from->bottom : nullptr,
                                  came_from ? &came_from->size : nullptr);
#endif
}

// The runtime's record of the exceptions being thrown and handled on a stack (Itanium C++ ABI
// 2.2.2, __cxa_eh_globals). There is one a thread, so each switch swaps it: a fiber may block
// inside a catch block or while another one unwinds.
struct Exceptions {
  void* caught = nullptr;
  unsigned uncaught = 0;
};

void swap_exceptions(Exceptions& mine) {
  auto* shared = static_cast<void*>(abi::__cxa_get_globals());
  const Exceptions before = mine;
  std::memcpy(&mine, shared, sizeof mine);
  std::memcpy(shared, &before, sizeof before);
}

}  // namespace

// Thrown out of a blocked call to unwind a fiber whose World ends; fiber bodies let it pass.
struct FiberUnwind {};

class Fiber {
 public:
  Fiber(FiberHost& host, std::string name, std::function<void()> body)
      : host_(host),
        name_(std::move(name)),
        body_(std::move(body)),
        begin_(host.scheduler(), Lane::App, delegate<&Fiber::start>(this)) {}

 private:
  friend class FiberHost;
  friend class Semaphore;

  void start() {
    boost::context::protected_fixedsize_stack allocator(kStackBytes);
    const auto stack = allocator.allocate();
    mark_.size = stack.size;
    mark_.bottom = static_cast<char*>(stack.sp) - stack.size;
    context_ = boost::context::fiber(
        std::allocator_arg, boost::context::preallocated(stack.sp, stack.size, stack), allocator,
        [this](boost::context::fiber&& main) { return run(std::move(main)); });
    host_.resume(*this);
  }
  boost::context::fiber run(boost::context::fiber&& main) {
    after_switch(mark_, &main_mark_);
    main_ = std::move(main);
    try {
      body_();
    } catch (const FiberUnwind&) {
    } catch (...) {
      failure_ = std::current_exception();
    }
    done_ = true;
    before_switch(mark_, main_mark_, true);
    return std::move(main_);
  }
  // Called by the scheduler's side: into the fiber, back when it blocks or ends.
  void enter() {
    swap_exceptions(exceptions_);
    before_switch(main_mark_, mark_, false);
    context_ = std::move(context_).resume();
    after_switch(main_mark_, nullptr);
    swap_exceptions(exceptions_);
  }
  // Called by the fiber's side.
  void leave() {
    before_switch(mark_, main_mark_, false);
    main_ = std::move(main_).resume();
    after_switch(mark_, &main_mark_);
  }
  bool started() const { return static_cast<bool>(context_); }

  FiberHost& host_;
  std::string name_;
  std::function<void()> body_;
  boost::context::fiber context_, main_;
  StackMark mark_, main_mark_;
  Exceptions exceptions_;
  std::exception_ptr failure_;
  std::string_view waits_for_;
  SimTime since_;
  bool blocked_ = false;
  bool done_ = false;
  Timer begin_;
};

namespace {
auto is(const Fiber& wanted) {
  return [&wanted](const std::unique_ptr<Fiber>& fiber) { return fiber.get() == &wanted; };
}
}  // namespace

FiberHost::FiberHost(Scheduler& scheduler) : scheduler_(scheduler) {}

FiberHost::~FiberHost() {
  cancel_all();
}

void FiberHost::cancel_all() {
  assert(current_ == nullptr);
  cancelling_ = true;
  while (!fibers_.empty()) {
    Fiber& fiber = *fibers_.back();
    if (fiber.started()) run(fiber);  // its blocked call throws FiberUnwind
    if (fiber.done_ || !fiber.started()) std::erase_if(fibers_, is(fiber));
  }
  cancelling_ = false;
}

Fiber& FiberHost::add(std::string name, std::function<void()> body) {
  assert(!cancelling_);
  return *fibers_.emplace_back(std::make_unique<Fiber>(*this, std::move(name), std::move(body)));
}

void FiberHost::spawn(std::string name, std::function<void()> body) {
  add(std::move(name), std::move(body)).begin_.start(Duration{});
}

void FiberHost::start(std::string name, std::function<void()> body) {
  add(std::move(name), std::move(body)).start();
}

void FiberHost::run(Fiber& fiber) {
  assert(current_ == nullptr && !fiber.done_);
  current_ = &fiber;
  fiber.enter();
  current_ = nullptr;
}

void FiberHost::resume(Fiber& fiber) {
  run(fiber);
  if (!fiber.done_) return;
  const std::exception_ptr failure = fiber.failure_;
  std::erase_if(fibers_, is(fiber));
  if (failure) std::rethrow_exception(failure);
}

bool FiberHost::suspend(std::string_view waits_for) {
  assert(current_ != nullptr);
  Fiber& fiber = *current_;
  if (!cancelling_) {
    fiber.waits_for_ = waits_for;
    fiber.since_ = scheduler_.now();
    fiber.blocked_ = true;
    fiber.leave();
    fiber.blocked_ = false;
  }
  if (!cancelling_) return true;
  // A destructor of the body that blocks while the body unwinds must not throw again.
  if (std::uncaught_exceptions() > 0) return false;
  throw FiberUnwind{};
}

Status FiberHost::sleep(Duration delay) {
  if (current_ == nullptr) return Errc::Edeadlk;
  Semaphore never(*this, "sleep");
  const Status woken = never.take(Timeout::after(delay));
  return woken.code() == Errc::Eagain ? Status() : woken;
}

std::vector<BlockedCall> FiberHost::blocked() const {
  std::vector<BlockedCall> calls;
  for (const auto& fiber : fibers_) {
    if (!fiber->blocked_) continue;
    calls.push_back({fiber->name_, std::string(fiber->waits_for_), fiber->since_});
  }
  return calls;
}

struct Semaphore::Waiter {
  Waiter(Semaphore& semaphore, Fiber& fiber)
      : owner(semaphore),
        fiber(fiber),
        timer(semaphore.host_.scheduler_, Lane::App, delegate<&Waiter::wake>(this)) {}
  ~Waiter() { owner.unlink(*this); }
  void wake() { owner.host_.resume(fiber); }

  Semaphore& owner;
  Fiber& fiber;
  Status result = Errc::Eagain;  // what take() returns unless someone gives first
  bool decided = false;
  Waiter *next = nullptr, *prev = nullptr;
  Timer timer;
};

Semaphore::Semaphore(FiberHost& host, std::string what, unsigned initial, unsigned limit)
    : host_(host), what_(std::move(what)), count_(initial), limit_(limit) {
  assert(initial <= limit);
}

Semaphore::~Semaphore() {
  assert(first_ == nullptr);
}

void Semaphore::link(Waiter& waiter) {
  waiter.prev = last_;
  (last_ != nullptr ? last_->next : first_) = &waiter;
  last_ = &waiter;
}

void Semaphore::unlink(Waiter& waiter) {
  (waiter.prev != nullptr ? waiter.prev->next : first_) = waiter.next;
  (waiter.next != nullptr ? waiter.next->prev : last_) = waiter.prev;
}

void Semaphore::give() {
  for (Waiter* waiter = first_; waiter != nullptr; waiter = waiter->next) {
    if (waiter->decided) continue;
    waiter->decided = true;
    waiter->result = Status();
    waiter->timer.start(Duration{});
    return;
  }
  if (count_ < limit_) ++count_;
}

Status Semaphore::take(Timeout timeout) {
  if (count_ > 0) {
    --count_;
    return Status();
  }
  if (timeout.is_no_wait()) return Errc::Eagain;
  if (host_.current_ == nullptr) return Errc::Edeadlk;
  Waiter waiter(*this, *host_.current_);
  link(waiter);
  if (!timeout.is_forever()) waiter.timer.start(timeout.span());
  return host_.suspend(what_) ? waiter.result : Status(Errc::Ecanceled);
}

void Semaphore::reset() {
  count_ = 0;
  for (Waiter* waiter = first_; waiter != nullptr; waiter = waiter->next) {
    if (waiter->decided) continue;
    waiter->decided = true;
    waiter->result = Errc::Ecanceled;
    waiter->timer.start(Duration{});
  }
}

}  // namespace flapjack
