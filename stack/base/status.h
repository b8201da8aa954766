// SPDX-License-Identifier: Apache-2.0
// Status and Result: how a refusal is returned. Codes are named after errno and carry Zephyr's
// numbers (its minimal libc), not the machine's, so that a trace reads the same everywhere.
#pragma once
#include <cassert>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace flapjack {

/// Error codes, positive as in errno.h; Zephyr's functions return them negated. A connectivity
/// implementation may return any number: it is passed on unchanged.
enum class Errc : int {
  Ok = 0, Eperm = 1, Enoent = 2, Esrch = 3, Eintr = 4, Eio = 5, Enxio = 6, E2big = 7,
  Enoexec = 8, Ebadf = 9, Echild = 10, Eagain = 11, Enomem = 12, Eacces = 13, Efault = 14,
  Ebusy = 16, Eexist = 17, Exdev = 18, Enodev = 19, Einval = 22, Emfile = 24, Enospc = 28,
  Epipe = 32, Edom = 33, Erange = 34, Edeadlk = 45, Enodata = 61, Eproto = 71, Ebadmsg = 77,
  Enametoolong = 91, Eopnotsupp = 95, Epfnosupport = 96, Econnreset = 104, Enobufs = 105,
  Eafnosupport = 106, Eprototype = 107, Enotsock = 108, Enoprotoopt = 109, Eshutdown = 110,
  Econnrefused = 111, Eaddrinuse = 112, Econnaborted = 113, Enetunreach = 114, Enetdown = 115,
  Etimedout = 116, Ehostdown = 117, Ehostunreach = 118, Einprogress = 119, Ealready = 120,
  Edestaddrreq = 121, Emsgsize = 122, Eprotonosupport = 123, Eaddrnotavail = 125,
  Enetreset = 126, Eisconn = 127, Enotconn = 128, Enotsup = 134, Eoverflow = 139,
  Ecanceled = 140,
};

/// "ENETDOWN" for Errc::Enetdown, "OK" for Errc::Ok, "E?" for a number without a name.
std::string_view errc_name(Errc code);
/// The code of a name as errc_name() gives it; Errc::Ok when there is no such name.
Errc errc_from_name(std::string_view name);

/// Ok or an error code.
class [[nodiscard]] Status {
 public:
  constexpr Status() = default;
  constexpr Status(Errc code) : code_(code) {}  // NOLINT: a code is a status
  constexpr bool ok() const { return code_ == Errc::Ok; }
  constexpr Errc code() const { return code_; }
  /// 0 or the negated code, as Zephyr's functions return it.
  constexpr int to_int() const { return -static_cast<int>(code_); }
  constexpr bool operator==(const Status&) const = default;

 private:
  Errc code_ = Errc::Ok;
};

/// A value or an error code.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}  // NOLINT
  Result(Errc code) : code_(code) {              // NOLINT
    assert(code != Errc::Ok);
  }
  bool ok() const { return code_ == Errc::Ok; }
  Errc code() const { return code_; }
  Status status() const { return Status(code_); }
  T& value() {
    assert(ok());
    if constexpr (kPlain) return value_;
    else return *value_;
  }
  const T& value() const { return const_cast<Result*>(this)->value(); }
  T value_or(T other) const { return ok() ? value() : std::move(other); }

 private:
  // Plain values stand side by side with the code, so that both stay in registers.
  static constexpr bool kPlain =
      std::is_trivially_copyable_v<T> && std::is_default_constructible_v<T>;
  std::conditional_t<kPlain, T, std::optional<T>> value_{};
  Errc code_ = Errc::Ok;
};

}  // namespace flapjack
